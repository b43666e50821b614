//! `UPDATE table SET column = value, … WHERE column = value AND …;`, as repairs by hand and phpMyAdmin's exports have it.
//!
//! Only what names one row is read: conditions that are all equalities. Whatever else stands there may be of many rows.

use super::heads::{Head, blanks, name, word};

/// Words that end a value.
const BEHIND: [&[u8]; 7] = [
    b"WHERE",
    b"AND",
    b"OR",
    b"LIMIT",
    b"ORDER",
    b"RETURNING",
    b"XOR",
];
/// Words that may stand before the table's name.
const BEFORE: [&[u8]; 3] = [b"LOW_PRIORITY", b"IGNORE", b"ONLY"];

/// Reads a statement: its table, the columns that it names, and in the same order their values as they are written.
pub(super) fn update(text: &[u8], backslash: bool) -> Option<(Head, Vec<&[u8]>)> {
    let mut at = 0;
    word(text, &mut at)?;
    loop {
        let mut ahead = at;
        blanks(text, &mut ahead);
        let length = text.get(ahead..)?.iter().take_while(|b| is_letter(**b));
        let end = ahead + length.count();
        let before = |word: &&[u8]| text[ahead..end].eq_ignore_ascii_case(word);
        if !BEFORE.iter().any(before) {
            break;
        }
        at = end;
    }
    let (qualifier, table) = name(text, &mut at)?;
    if !word(text, &mut at)?.eq_ignore_ascii_case(b"SET") {
        return None;
    }
    let (mut columns, mut values) = (Vec::new(), Vec::new());
    loop {
        let (column, value) = equality(text, &mut at, backslash)?;
        columns.push(column);
        values.push(value);
        match text.get(at)? {
            b',' => at += 1,
            _ => break,
        }
    }
    if !word(text, &mut at)?.eq_ignore_ascii_case(b"WHERE") {
        return None;
    }
    loop {
        brackets(text, &mut at, b'(');
        let (column, value) = equality(text, &mut at, backslash)?;
        columns.push(column);
        values.push(value);
        brackets(text, &mut at, b')');
        match word(text, &mut at) {
            None => break,
            Some(word) if word.eq_ignore_ascii_case(b"AND") => {}
            Some(word) if word.eq_ignore_ascii_case(b"LIMIT") => {
                operand(text, &mut at, backslash);
                break;
            }
            Some(_) => return None,
        }
    }
    let rest = text.get(at..)?.trim_ascii();
    let head = Head {
        qualifier,
        name: table,
        columns: Some(columns),
    };
    (rest.is_empty() || rest == b";").then_some((head, values))
}

/// `column = value`: the column without its table, the value as it is written.
fn equality<'t>(text: &'t [u8], at: &mut usize, backslash: bool) -> Option<(Vec<u8>, &'t [u8])> {
    let (_, column) = name(text, at)?;
    blanks(text, at);
    if text.get(*at) != Some(&b'=') {
        return None;
    }
    *at += 1;
    let value = operand(text, at, backslash);
    (!value.is_empty()).then_some((column, value))
}

/// A value, up to what ends it.
fn operand<'t>(text: &'t [u8], at: &mut usize, backslash: bool) -> &'t [u8] {
    let start = *at;
    let mut depth = 0u32;
    while let Some(&byte) = text.get(*at) {
        match byte {
            b'\'' | b'"' | b'`' => {
                literal(text, at, byte, backslash && byte != b'`');
                continue;
            }
            b'(' => depth += 1,
            b')' if depth > 0 => depth -= 1,
            b')' | b';' => break,
            b',' if depth == 0 => break,
            _ if is_letter(byte) => {
                let end = *at + text[*at..].iter().take_while(|b| is_letter(**b)).count();
                let ends = |word: &&[u8]| text[*at..end].eq_ignore_ascii_case(word);
                if depth == 0 && BEHIND.iter().any(ends) {
                    break;
                }
                *at = end;
                continue;
            }
            _ => {}
        }
        *at += 1;
    }
    text[start..*at].trim_ascii()
}

/// Goes behind a literal that begins here. A doubled quote is two literals, which comes to the same.
fn literal(text: &[u8], at: &mut usize, quote: u8, backslash: bool) {
    *at += 1;
    while let Some(&byte) = text.get(*at) {
        *at += 1;
        match byte {
            b'\\' if backslash => *at += 1,
            b if b == quote => break,
            _ => {}
        }
    }
    *at = (*at).min(text.len());
}

fn brackets(text: &[u8], at: &mut usize, bracket: u8) {
    blanks(text, at);
    while text.get(*at) == Some(&bracket) {
        *at += 1;
        blanks(text, at);
    }
}

fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Option<String> {
        let (head, values) = update(text.as_bytes(), true)?;
        let name = String::from_utf8(head.name).unwrap();
        let columns = head.columns.unwrap();
        let pairs = columns.iter().zip(&values).map(|(column, value)| {
            let [column, value] = [column, *value].map(String::from_utf8_lossy);
            format!(" {column}={value}")
        });
        Some(name + &pairs.collect::<String>())
    }

    #[test]
    fn what_names_one_row_is_read() {
        for (text, expected) in [
            (
                "UPDATE `mailboxes` SET `in_password` = 'a', `out_password` = 'b' WHERE `mailboxes`.`id` = 1;",
                "mailboxes in_password='a' out_password='b' id=1",
            ),
            (
                "update desk.fs_mailboxes set in_password='it''s, WHERE \\' x',name = concat('a', 'b')\nwhere (email = 'a@b.example') and id=3 limit 1",
                "fs_mailboxes in_password='it''s, WHERE \\' x' name=concat('a', 'b') email='a@b.example' id=3",
            ),
            (
                "UPDATE LOW_PRIORITY IGNORE options SET value = 0x6162 WHERE name = 'mail_password';",
                "options value=0x6162 name='mail_password'",
            ),
            (
                "UPDATE ONLY public.options SET value = E'a\\'b' WHERE name = 'x'",
                "options value=E'a\\'b' name='x'",
            ),
        ] {
            assert_eq!(read(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_may_be_of_many_rows_is_not() {
        for text in [
            "UPDATE mailboxes SET in_password = 'a';",
            "UPDATE mailboxes SET in_password = 'a' WHERE id > 1;",
            "UPDATE mailboxes SET in_password = 'a' WHERE id = 1 OR id = 2;",
            "UPDATE mailboxes SET in_password = 'a' WHERE id IN (1, 2);",
            "UPDATE mailboxes SET in_password = 'a' WHERE id = 1 ORDER BY id;",
            "UPDATE mailboxes SET in_password = WHERE id = 1;",
            "UPDATE mailboxes, users SET in_password = 'a' WHERE id = 1;",
            "UPDATE mailboxes m SET in_password = 'a' WHERE id = 1;",
            "UPDATE mailboxes SET in_password = 'never closed",
            "UPDATE",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..80), cut in 0..90usize) {
            let text = [b"UPDATE `mailboxes` SET `in_password` = 'a\\'b' ".as_slice(), &bytes, b" WHERE id = 1"].concat();
            for backslash in [false, true] {
                let _ = (update(&text, backslash), update(&text[..cut.min(text.len())], backslash), update(&bytes, backslash));
            }
        }
    }
}
