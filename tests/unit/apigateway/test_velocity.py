"""Templates as they are written for AWS, with what `java.lang.String`, `java.util.List` and `Map` answer there."""

from collections.abc import Iterator

import pytest
from airspeed.operators import NameOrCall
from localstack.services.apigateway.next_gen.execute_api.template_mapping import ApiGatewayVtlTemplate

from rapid.emulator.apigateway import velocity

BODY = '{"map": {"x": 1, "size": 7, "none": null}, "list": ["b", "a"], "text": " A.b.C.. ", "number": 3, "yes": true}'
INPUT = {"body": BODY, "params": {"path": {"id": "7"}, "querystring": {"q": ""}, "header": {"Accept": "*/*"}}}


@pytest.fixture(autouse=True)
def java() -> Iterator[None]:
    before = NameOrCall.calculate
    velocity.install()
    yield
    NameOrCall.calculate = before


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("$in.map.size() $in.map.size $in.map.isEmpty() $in.map.containsKey('x')", "3 7 false true"),
        ("#foreach($k in $in.map.keySet())$k#if($foreach.hasNext),#end#end", "x,size,none"),
        ("#foreach($e in $in.map.entrySet())$e.key=$e.getValue() #end", "x=1 size=7 none= "),
        ("#foreach($v in $in.list)$v;#end $in.list.size() $in.list.get(1) $in.list.contains('a')", "b;a; 2 a true"),
        ("[$in.items] [$in.list.size] [$in.text.upper] #foreach($i in $in.items)never#end", "[] [] [] "),
        ("[$in.text.trim()] $in.text.trim().split('\\.').size() $in.text.trim().split('\\.').get(1)", "[A.b.C..] 3 b"),
        ("$in.text.trim().toUpperCase() $in.text.indexOf('z') $in.text.trim().equals('A.b.C..')", "A.B.C.. -1 true"),
        ("$in.text.trim().replaceAll('(\\w)\\.', '$1-') $in.text.trim().replace('.', '')", "A-b-C-. AbC"),
        ("#if($in.number.toString().equals('3'))three#end $in.number.intValue() $in.yes.toString()", "three 3 true"),
        ("#set($m = {})#set($_ = $m.put('k', 'v'))$m.k $m.getOrDefault('z', 'd') $m.remove('k') $m.size()", "v d v 0"),
        ("#set($l = [1])#set($_ = $l.add(2))#set($_ = $l.addAll([3, 4]))$l.size() $l.indexOf(4) $l.remove(0)", "4 3 1"),
        (
            '#set($p = $util.parseJson(\'{"a": {"b": 1}}\'))#foreach($k in $p.a.keySet())$k#end $p.a.b $p.size()',
            "b 1 1",
        ),
        ("$input.json('$.list') $input.json('$.text') $input.json('$.nothing')", '["b","a"] " A.b.C.. " ""'),
        ("$util.escapeJavaScript(\"it's\") $util.base64Decode($util.base64Encode('é'))", "it\\'s é"),
        ('$util.escapeJavaScript("it\'s").replaceAll("\\\\\'","\'")', "it's"),
        (
            "#foreach($type in $input.params().keySet())#set($params = $input.params().get($type))"
            "#foreach($name in $params.keySet())$type.$name=$params.get($name);#end#end",
            "path.id=7;querystring.q=;header.Accept=*/*;",
        ),
    ],
)
def test_methods_and_fields(template: str, expected: str) -> None:
    whole = "#set($in = $input.path('$'))" + template
    variables = {"input": INPUT, "context": {}, "stageVariables": {}}
    assert ApiGatewayVtlTemplate().render_vtl(template=whole, variables=variables) == expected
