"""The HTTP contract: declared routes, strict decoding, authorisation before the handler, one error format."""
