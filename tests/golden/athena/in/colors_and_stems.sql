-- Colours, as Trino 435 prints them
SELECT color('red'), color('WHITE'), color('#fff'), color('#aBc'), rgb(1, 2, 3), typeof(color('red'));
SELECT color('orange');
SELECT color('#ffffff');
SELECT rgb(0, 256, 0);
SELECT color(0.5, color('#000'), color('#fff')), color(0.25, rgb(0, 0, 0), rgb(255, 0, 10)), color(nan(), color('#abc'), color('#fff')), color(-1, color('#abc'), color('#fff'));
SELECT color(5, 0, 10, color('#000'), color('#fff')), color(5, 10, 0, color('#000'), color('#fff')), color(20, 0, 10, color('#000'), color('#fff')), color(5, 5, 5, color('#000'), color('#fff'));
SELECT color(0.5, rgb(1, 1, 1), color('red'));
SELECT color(0.5, color('red'), rgb(1, 1, 1));
SELECT replace(x, chr(27), '^') FROM (VALUES bar(0.5, 10), bar(0.949, 10), bar(0.05, 10), bar(1.5, 3), bar(-1, 3), bar(nan(), 5), bar(0.5, 1), bar(1, 1), bar(0.5, 6, rgb(0, 0, 0), rgb(255, 255, 255)), bar(0.5, 2, rgb(255, 255, 255), rgb(0, 0, 0)), bar(0.5, 1, color('red'), color('red'))) t(x);
SELECT bar(0.5, 6, color('red'), color('blue'));
SELECT replace(x, chr(27), '^') FROM (VALUES render('x', rgb(128, 128, 128)), render('x', rgb(42, 43, 44)), render('x', rgb(212, 213, 214)), render('x', color('blue')), render(5, color('blue')), render(5.25e0, color('#abc')), render(1e100, color('#abc')), render(1.5, color('red')), render(true), render(false)) t(x);
SELECT array[color('red'), rgb(1, 2, 3)], color('red') = color('red'), color('red') = color('blue');
SELECT color('red') < color('blue');
SELECT x FROM (VALUES color('red')) t(x) ORDER BY x;
SELECT max(color('red'));
SELECT cast(color('red') AS varchar);
SELECT render(CAST(NULL AS varchar), color('red')), bar(CAST(NULL AS double), 5), rgb(NULL, 1, 2);
-- Stems
SELECT word_stem('generally'), word_stem('stopping', 'en'), word_stem('two words running'), word_stem(''), word_stem('RUNNING');
SELECT word_stem('aimons', 'fr'), word_stem('correndo', 'pt'), word_stem('corriendo', 'es'), word_stem('springande', 'sv'), word_stem('lopend', 'nl'), word_stem('alergare', 'ro'), word_stem('corrent', 'ca'), word_stem('korrika', 'eu'), word_stem('Häuser', 'de'), word_stem(NULL, 'de');
SELECT word_stem('x', 'xx');
SELECT word_stem(5);
-- What has no order, and no text
SELECT x y, 1 z FROM (VALUES map(array[1], array[2])) t(x) ORDER BY z, y;
SELECT t.x FROM (VALUES map(array[1], array[2])) t(x) ORDER BY t.x;
SELECT cast(bing_tile('0') AS varchar);
