//! Every mistake that one makes in typing is made, and named at its place.

use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

use super::*;

const USUAL: &str = "base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=";
const ALPHABET: &str = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L";

fn key(text: &str) -> AppKey {
    AppKey::parse(text.as_bytes()).expect("a key of 32 bytes")
}

fn printed_rows(text: &str) -> Vec<String> {
    let rows = rows(&key(text)).expect("a short text");
    rows.iter().map(|row| row.to_string()).collect()
}

fn typed(rows: &[String]) -> Result<String, Misread> {
    read_text(&rows.join("\n"))
}

fn read_text(text: &str) -> Result<String, Misread> {
    let key = read(text.as_bytes()).expect("taken for rows")?;
    Ok(String::from_utf8_lossy(key.text()).into_owned())
}

#[test]
fn the_very_text_comes_back() {
    let padless = USUAL.trim_end_matches('=');
    let blank = USUAL.replace("aHRo", "aH Ro");
    let wrapped = USUAL.replace("aHRo", "aH\nRo");
    for text in [
        USUAL,
        padless,
        &blank,
        &wrapped,
        "0123456789abcdef0123456789abcdef",
        "ключ ключ ключ кл!",
    ] {
        let rows = printed_rows(text);
        assert_eq!(typed(&rows).as_deref(), Ok(text));
        assert!(rows.iter().all(|row| row.len() == ROW + GROUPS - 1));
    }
    assert_eq!(printed_rows(USUAL).len(), 3);
    let long = format!("{USUAL}{}", " ".repeat(300));
    assert!(rows(&key(&long)).is_none());
    let longest = format!("{USUAL}{}", " ".repeat(255 - USUAL.len()));
    assert_eq!(typed(&printed_rows(&longest)), Ok(longest));
}

#[test]
fn it_may_be_typed_in_many_ways() {
    let rows = printed_rows(USUAL);
    let one_line = rows.join(" ");
    let numbered: Vec<String> = rows
        .iter()
        .zip(1..)
        .map(|(r, n)| format!("  {n}: {r}"))
        .collect();
    let page = format!(
        "The key of a helpdesk\n\n{}\n\nKeep it well.\n",
        numbered.join("\n")
    );
    let fours: Vec<&str> = one_line.split([' ', '-']).collect();
    let narrow: Vec<String> = fours.chunks(2).map(|two| two.join(" ")).collect();
    for text in [
        &one_line,
        &one_line.to_lowercase(),
        &one_line.replace('-', ""),
        &one_line.replace(['-', ' '], ""),
        &one_line.replace('-', " "),
        &one_line.replace('-', " – "),
        &one_line
            .replace('0', "O")
            .replace('8', "B")
            .replace('L', "1"),
        &one_line.replace('L', "i"),
        &numbered.join(" "),
        &numbered.join("\r\n"),
        &page,
        &narrow.join("\n"),
        &format!("# a note\n{one_line}"),
    ] {
        assert_eq!(read_text(text).as_deref(), Ok(USUAL), "{text}");
    }
}

#[test]
fn every_wrong_character_is_found_and_told() {
    for text in [USUAL, "0123456789abcdef0123456789abcdef"] {
        let right = printed_rows(text);
        for row in 0..right.len() {
            let places = right[row]
                .match_indices(|c| c != '-')
                .map(|(at, c)| (at, c.to_owned()));
            for (n, (at, correct)) in places.enumerate() {
                for wrong in ALPHABET.chars().chain(['?', 'é', '+']) {
                    let mut rows = right.clone();
                    rows[row].replace_range(at..=at, &wrong.to_string());
                    let expected = match correct.starts_with(wrong) {
                        true => Ok(text.to_owned()),
                        false => Err(Misread::Character {
                            row: row + 1,
                            group: n / GROUP + 1,
                            typed: wrong,
                            correct: correct.chars().next().unwrap_or_default(),
                        }),
                    };
                    assert_eq!(typed(&rows), expected);
                }
            }
        }
    }
}

#[test]
fn rows_that_are_swapped_missing_or_doubled_are_named() {
    let text = "0123456789abcdef0123456789abcdef0";
    let text = &text[..32];
    for right in [printed_rows(USUAL), printed_rows(text)] {
        let count = right.len();
        for a in 0..count {
            for b in a + 1..count {
                let mut rows = right.clone();
                rows.swap(a, b);
                let expected = Misread::Order {
                    row: b + 1,
                    place: a + 1,
                };
                assert_eq!(typed(&rows), Err(expected));
                let mut rows = right.clone();
                rows[b] = rows[a].clone();
                assert_eq!(typed(&rows), Err(Misread::Doubled(a + 1)));
            }
            let mut rows = right.clone();
            rows.remove(a);
            let expected = Misread::Missing {
                row: a + 1,
                rows: count,
            };
            assert_eq!(typed(&rows), Err(expected));
        }
    }
}

#[test]
fn too_few_and_too_many_characters_are_named_by_their_place() {
    let right = printed_rows(USUAL);
    let length = |rows: &[String]| typed(rows).expect_err("not whole");
    for row in 0..3 {
        for group in 0..GROUPS {
            let at = group * 5 + 2;
            let mut rows = right.clone();
            rows[row].remove(at);
            let named = |typed| Misread::Group {
                row: row + 1,
                group: group + 1,
                typed,
            };
            assert_eq!(length(&rows), named(3));
            let mut rows = right.clone();
            rows[row].insert(at, 'Q');
            assert_eq!(length(&rows), named(5));
            let mut groups: Vec<&str> = right[row].split('-').collect();
            groups.remove(group);
            let mut rows = right.clone();
            rows[row] = groups.join("-");
            assert_eq!(length(&rows), Misread::RowLength(row + 1));
            let line = rows.join(" ");
            assert_eq!(read_text(&line), Err(Misread::RowLength(row + 1)));
        }
    }
    // Without groups, only what stands before it can be told.
    let run: String = right.concat().replace('-', "");
    let mut short = run.clone();
    short.remove(40);
    assert!(read(short.as_bytes()).is_none_or(|key| key.is_err()));
}

#[test]
fn rows_of_two_keys_make_none() {
    let other = AppKey::generate(&[7; KEY_LEN]);
    let other: Vec<String> = rows(&other)
        .expect("short")
        .iter()
        .map(|r| r.to_string())
        .collect();
    let mut mixed = printed_rows(USUAL);
    mixed[1] = other[1].clone();
    assert_eq!(typed(&mixed), Err(Misread::Mixed));
}

#[test]
fn other_texts_are_not_taken_for_rows() {
    for text in [
        "",
        USUAL,
        "0123456789abcdef0123456789abcdef",
        "APP_KEY=base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=\nDB_HOST=localhost\n",
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "The key is in the safe; ask the two people who know its passphrase, and type it here.",
    ] {
        assert!(read(text.as_bytes()).is_none(), "{text}");
    }
    assert!(read(b"\xff\xfe").is_none());
}

proptest! {
    #[test]
    fn any_key_comes_back(bytes in any::<[u8; KEY_LEN]>()) {
        for key in [AppKey::generate(&bytes)].into_iter().chain(AppKey::parse(&bytes).ok()) {
            let printed = rows(&key).expect("short");
            let text = printed.iter().map(|row| row.to_string()).collect::<Vec<_>>().join(" ");
            let back = read(text.as_bytes()).expect("taken for rows");
            prop_assert_eq!(back.ok().map(|k| k.text().to_vec()), Some(key.text().to_vec()));
        }
    }

    #[test]
    fn two_wrong_characters_never_make_another_key(a in 0usize..96, b in 0usize..96, x in 0usize..32, y in 0usize..32) {
        let run = printed_rows(USUAL).concat().replace('-', "");
        let mut characters: Vec<char> = run.chars().collect();
        let alphabet: Vec<char> = ALPHABET.chars().collect();
        (characters[a], characters[b]) = (alphabet[x], alphabet[y]);
        let text: String = characters.iter().collect();
        match read(text.as_bytes()) {
            Some(Ok(key)) => prop_assert_eq!(key.text(), USUAL.as_bytes()),
            Some(Err(Misread::Character { row, correct, .. })) => {
                let of_row: String = run.chars().skip((row - 1) * ROW).take(ROW).collect();
                prop_assert!(of_row.contains(correct));
            }
            _ => {}
        }
    }

    #[test]
    fn rows_of_any_characters_are_judged(rows in proptest::collection::vec("[02-9ac-hj-np-z]{32}", 1..6)) {
        let _ = read(rows.join("\n").as_bytes());
    }

    #[test]
    fn nothing_makes_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400), text in "[ -~\\n\u{2010}é]{0,300}") {
        let _ = read(&bytes);
        let _ = read(text.as_bytes());
    }
}
