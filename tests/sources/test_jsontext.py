from sources import jsontext


def test_blanks_go_away_but_not_those_within_texts():
    assert jsontext.compact(b'{ "a b" :\t[ 1 ,\r\n"c \\" d" ] }') == b'{"a b":[1,"c \\" d"]}'


def test_quoting_escapes_only_where_it_must():
    assert jsontext.quoted("é<>".encode()) == '"é<>"'.encode()
    assert jsontext.quoted(b'a"\x01') == b'"a\\"\\x01"'


def test_unescaping_keeps_what_is_no_escape():
    assert jsontext.unescape(b"\\n\\x\\u00e9\\uZZZZ\\/") == "\n\\xé\\uZZZZ/".encode()
