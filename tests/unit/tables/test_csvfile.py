"""CSV text becomes rows with the line they start on; broken rows stand apart with their text."""

from __future__ import annotations

import pytest

from penchant.errors import InputError
from penchant.tables.csvfile import parse_csv
from penchant.tables.records import MAX_RECORD_CHARS


def parsed(text: str):
    table = parse_csv(text, "a.csv")
    return [(line, *row) for line, row in zip(table.lines, table.frame.iter_rows(), strict=True)]


def broken(text: str):
    return parse_csv(text, "a.csv").broken.rows()


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(mark):
    text = f"a{mark}b\n1{mark}2\n"
    assert parsed(text) == [(2, "1", "2")]
    assert parse_csv(text, "a.csv").delimiter == mark


def test_the_spreadsheet_hint_names_the_delimiter():
    assert parsed("sep=;\na;b\n1;2,5\n") == [(3, "1", "2,5")]


def test_a_comma_inside_a_semicolon_header_does_not_win():
    assert parse_csv("a;b (x, y);c\n1;2;3", "a.csv").frame.columns == ["a", "b (x, y)", "c"]


def test_quoted_fields_keep_delimiters_quotes_and_line_breaks():
    text = 'a,b\n1,"x, ""y""\nz"\n2,w\n'
    assert parsed(text) == [(2, "1", 'x, "y"\nz'), (4, "2", "w")]


def test_lines_count_every_physical_line():
    text = '\n\na,b\n1,2\n\n\n"3\n\n3",4\n5,6'
    assert parsed(text) == [(4, "1", "2"), (7, "3\n\n3", "4"), (10, "5", "6")]
    assert parse_csv(text, "a.csv").n_blank == 2


def test_a_quoted_header_may_break_lines():
    assert parse_csv('"a\nb",c\n1,2\n', "a.csv").frame.columns == ["a\nb", "c"]
    assert parsed('"a\nb",c\n1,2\n') == [(3, "1", "2")]


def test_inch_marks_in_unquoted_fields_are_just_characters():
    assert parsed('a,b\n1,12" ring\n2,"x"\n') == [(2, "1", '12" ring'), (3, "2", "x")]


def test_rows_of_the_wrong_width_stand_apart_and_the_others_are_read():
    text = "a,b,c\n1,2,3\n4,5\n6,7,8,9\n10,11,12\n"
    assert parsed(text) == [(2, "1", "2", "3"), (5, "10", "11", "12")]
    assert broken(text) == [
        (3, "the row has 2 fields, the header has 3", "4", "5", None),
        (4, "the row has 4 fields, the header has 3", "6", "7", "8,9"),
    ]


def test_an_open_quote_costs_its_own_row_only():
    text = 'a,b,c\n1,"2,3\n4,5,6\n7,8,9\n10,"11",12\n'
    assert parsed(text) == [(3, "4", "5", "6"), (4, "7", "8", "9"), (5, "10", "11", "12")]
    assert broken(text) == [(2, "a quote is opened and not closed", '1,"2,3', None, None)]


def test_an_open_and_a_far_closing_quote_do_not_swallow_the_rows_between():
    rows = "".join(f"{i},{i},{i}\n" for i in range(10))
    text = f'a,b,c\nx,"y,z\n{rows}p,q",r\n'
    assert [row[1] for row in parsed(text)] == [str(i) for i in range(10)] + ["p"]
    assert [row[0] for row in broken(text)] == [2]


def test_a_quote_inside_a_quoted_field_is_named():
    assert broken('a,b\n"x" y,z\n') == [
        (2, "a quote stands inside a quoted field; write it twice", '"x" y,z', None)
    ]


def test_one_separator_too_many_is_dropped_and_counted():
    table = parse_csv('a,b\n1,2,\n"3",4,\n5,6\n', "a.csv")
    assert table.frame.rows() == [("1", "2"), ("3", "4"), ("5", "6")]
    assert table.n_trailing == 2


def test_the_last_line_of_a_quoted_field_is_not_taken_for_a_row_of_its_own():
    assert parsed('a,b,c\n"\n,x",,\n1,2,3\n') == [(2, "\n,x", "", ""), (4, "1", "2", "3")]


def test_a_row_over_the_limit_stands_apart():
    text = f"a,b\n1,{'x' * MAX_RECORD_CHARS}\n2,y\n"
    assert parsed(text) == [(3, "2", "y")]
    assert broken(text)[0][:2] == (2, "the row has 131,074 characters, at most 131,072 are allowed")


def test_one_column_is_a_table_too():
    assert parsed('a\n1\n\n"2"\n') == [(2, "1"), (4, "2")]


def test_a_header_alone_is_a_table_without_rows():
    assert parsed("a,b\n") == []
    assert parse_csv("a,b\n", "a.csv").frame.columns == ["a", "b"]


def test_headers_are_trimmed_and_nameless_ones_numbered():
    assert parse_csv(" a ,,c\n1,2,3\n", "a.csv").frame.columns == ["a", "column_2", "c"]


def test_a_repeated_header_is_refused():
    with pytest.raises(InputError, match='column "a" more than once'):
        parse_csv("a,b,a\n1,2,3\n", "a.csv")
