select st_astext(st_point(1.5, 2.5)), st_point(1,2), typeof(st_point(1,2));
select st_contains(st_polygon('polygon ((1 1, 1 4, 4 4, 4 1, 1 1))'), st_point(2,2)), st_distance(st_point(0,0), st_point(3,4)), st_distance(to_spherical_geography(st_point(-71.0882, 42.3607)), to_spherical_geography(st_point(-74.1197, 40.6976)));
select great_circle_distance(36.12, -86.67, 33.94, -118.40);
select st_x(st_geometryfromtext('POINT EMPTY')), st_x(st_point(1,2)), st_xmax(st_geometryfromtext('linestring (8 4, 5 7)')), st_x(null);
select st_astext(st_envelope(st_geometryfromtext('linestring (8 4, 5 7)'))), st_area(st_geometryfromtext('POLYGON ((2 2, 2 6, 6 6, 6 2))'));
select st_area(to_spherical_geography(st_geometryfromtext('POLYGON((-71.1 42.3, -71.0 42.3, -71.0 42.4, -71.1 42.4, -71.1 42.3))')));
select bing_tile_quadkey(bing_tile_at(30.12, 60, 15)), bing_tile_coordinates(bing_tile('213')), bing_tile_zoom_level(bing_tile(10,20,20)), bing_tile('213');
select st_astext(bing_tile_polygon(bing_tile('123030123010121'))), transform(bing_tiles_around(30.12,60,1), x -> bing_tile_quadkey(x));
select transform(geometry_to_bing_tiles(st_point(60, 30.12), 10), x -> bing_tile_quadkey(x)), cardinality(geometry_to_bing_tiles(st_geometryfromtext('POLYGON ((0 0, 0 10, 10 10, 10 0, 0 0))'), 6));
select st_geometrytype(st_point(1,2)), st_numpoints(st_geometryfromtext('POLYGON ((0 0, 0 10, 10 10, 10 0, 0 0))')), st_isclosed(st_linefromtext('linestring(8 4, 5 7)')), st_linefromtext('point (1 1)');
select st_centroid(st_geometryfromtext('polygon ((1 1, 5 1, 3 4, 1 1))')), convex_hull_agg(g), geometry_union_agg(g) from (values st_point(1,2), st_point(3,4), null) t(g);
select geometry_nearest_points(st_point(0,0), st_geometryfromtext('LINESTRING (5 0, 5 5)')), st_buffer(st_point(1,1), 0);
select a, count(*) from (values (1, st_point(1,1)), (1, st_point(9,9))) t(a,g) where st_within(g, st_polygon('POLYGON ((0 0, 0 5, 5 5, 5 0, 0 0))')) group by a;
select st_geometryfromtext('nope');
select st_astext(st_linestring(array[st_point(1,2), st_point(3,4)])), st_astext(st_multipoint(array[st_point(1,2), st_point(3,4)])), to_geojson_geometry(to_spherical_geography(st_geometryfromtext('LINESTRING (0 0, 1 2)'))), st_points(st_geometryfromtext('LINESTRING (0 0, 1 2)'));
select st_geomfromkml('x');
select array_agg(st_astext(g)), count(g) from unnest(array[st_point(1,2), null]) t(g)
