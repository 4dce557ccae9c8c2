from rapid.emulator.apigateway.cfn import patches


def test_only_what_changed() -> None:
    before = {"Name": "a", "Description": "x", "BinaryMediaTypes": ["image/png", "a/b"]}
    after = {"Name": "a", "Description": "y", "BinaryMediaTypes": ["a/b", "*/*"], "Policy": {"Version": "1"}}
    assert patches(before, after) == [
        {"op": "replace", "path": "/description", "value": "y"},
        {"op": "replace", "path": "/policy", "value": '{"Version": "1"}'},
        {"op": "remove", "path": "/binaryMediaTypes/image~1png"},
        {"op": "add", "path": "/binaryMediaTypes/*~1*"},
    ]
