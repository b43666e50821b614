//! Every form a key is found in, and what is left alone.

use super::*;

const PLAIN: &str = "this is a throw-away example key";
const SEALED: &str = "base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=";

fn hits(text: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    scan(text, text.len(), &mut |h| {
        found.push(String::from_utf8_lossy(h.text.expose()).into_owned());
    });
    found.sort();
    found.dedup();
    found
}

#[test]
fn a_prefixed_key_is_found_in_any_dress() {
    let digits = "dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZX+/";
    let slashed = format!("base64:{}=", &digits[1..]);
    for text in [
        slashed.clone(),
        format!("\"{}\"", slashed.replace('/', "\\/")),
        format!(
            "k={}",
            slashed
                .replace('+', "%2B")
                .replace('/', "%2F")
                .replace('=', "%3D")
                .replace(':', "%3A")
        ),
        format!("x{}y", slashed.replace('/', "\\u002f")),
        format!("{slashed}3D"),
    ] {
        assert_eq!(
            hits(text.as_bytes()),
            std::slice::from_ref(&slashed),
            "{text}"
        );
    }
    let wide: Vec<u8> = format!("APP_KEY={SEALED}\r\n")
        .bytes()
        .flat_map(|b| [b, 0])
        .collect();
    assert_eq!(hits(&wide), [SEALED]);
}

#[test]
fn glued_keys_are_two_and_longer_runs_are_none() {
    let other = SEALED.replace("dGhp", "AAAA");
    assert_eq!(
        hits(format!("APP_KEY={other}{SEALED}").as_bytes()),
        [other.clone(), SEALED.to_owned()]
    );
    let unpadded = SEALED.trim_end_matches('=');
    assert_eq!(
        hits(format!("{unpadded}{SEALED}").as_bytes()),
        [unpadded, SEALED]
    );
    assert!(hits(format!("{unpadded}AAAA").as_bytes()).is_empty());
    assert!(
        hits(b"data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAA").is_empty()
    );
}

#[test]
fn plain_keys_are_found_behind_their_name() {
    let word = "0123456789abcdef0123456789ABCDEF";
    for text in [
        format!("APP_KEY={word}\n"),
        format!("export APP_KEY='{word}'"),
        format!("  - APP_KEY={word}\r\n"),
        format!("{{\"APP_KEY\":\"{word}\"}}"),
        format!("APP_KEY: \"{word}\"  # old"),
        format!("- name: APP_KEY\n  value: {word}\n"),
        format!("define('APP_KEY', '{word}');"),
        format!("<APP_KEY>{word}</APP_KEY>"),
        format!("b0VIM\0\0APP_KEY={word}\0DB_HOST=x\0"),
        format!("ENV APP_KEY {word}"),
        format!("#OLD_APP_KEY={word}"),
        format!("'key' => '{word}',"),
    ] {
        assert_eq!(hits(text.as_bytes()), [word], "{text}");
    }
}

#[test]
fn blanks_and_escapes_inside_quotes_are_kept_or_undone() {
    assert_eq!(hits(format!("APP_KEY=\"{PLAIN}\"").as_bytes()), [PLAIN]);
    let odd = "a\"b\\c'd e#f$g0123456789012345678";
    assert_eq!(odd.len(), 32);
    let escaped = odd.replace('\\', "\\\\").replace('"', "\\\"");
    assert_eq!(hits(format!("APP_KEY=\"{escaped}\"").as_bytes()), [odd]);
}

#[test]
fn a_missing_prefix_is_put_back() {
    let bare_text = SEALED.trim_start_matches("base64:");
    assert_eq!(hits(format!("app_key: {bare_text}").as_bytes()), [SEALED]);
    assert_eq!(
        bare(format!("{bare_text}\n").as_bytes()).map(|k| k.expose().to_vec()),
        Some(SEALED.into())
    );
    assert_eq!(
        bare(PLAIN.as_bytes()).map(|k| k.expose().to_vec()),
        Some(PLAIN.into())
    );
}

#[test]
fn other_names_are_not_taken() {
    assert!(hits(b"APP_KEY_FILE=0123456789abcdef0123456789ABCDEF").is_empty());
    assert!(hits(b"APP_KEY=").is_empty());
    assert!(hits(b"APP_KEY").is_empty());
}

#[test]
fn marks_behind_the_limit_wait_for_the_next_window() {
    let text = format!("{}{SEALED}", "x".repeat(100));
    let mut count = 0;
    scan(text.as_bytes(), 100, &mut |_| count += 1);
    assert_eq!(count, 0);
    scan(text.as_bytes(), 101, &mut |h| {
        assert_eq!(h.offset, 100);
        count += 1;
    });
    assert_eq!(count, 1);
}

fn wide(text: &str, big_endian: bool) -> Vec<u8> {
    let pair = |b: u8| if big_endian { [0, b] } else { [b, 0] };
    text.bytes().flat_map(pair).collect()
}

/// What was found and whether a mark says that it is a key.
fn named_hits(text: &[u8]) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    scan(text, text.len(), &mut |h| {
        let text = String::from_utf8_lossy(h.text.expose()).into_owned();
        found.push((text, h.named));
    });
    found.sort();
    found.dedup();
    found
}

#[test]
fn a_key_alone_is_found_and_believed_by_nobody() {
    let alone = SEALED.trim_start_matches("base64:");
    for text in [
        alone.to_owned(),
        format!("the key was {alone}."),
        format!("x={alone}"),
        format!("a=b={alone}="),
        format!("{alone}{alone}"),
        format!("AAAA=={alone}"),
        format!("/backup/keys/{alone}"),
        format!("\"line\\n{alone}\""),
        format!("k%3D{alone}"),
        format!("folded {}\n  {}", &alone[..20], &alone[20..]),
        format!("mail {}=\r\n{}", &alone[..20], &alone[20..]),
        format!("old-{alone}"),
    ] {
        assert_eq!(
            named_hits(text.as_bytes()),
            [(SEALED.to_owned(), false)],
            "{text}"
        );
    }
    for big_endian in [false, true] {
        for before in ["", " ", "key ", "x=", "/"] {
            let text = wide(&format!("{before}{alone}\r\n"), big_endian);
            assert_eq!(named_hits(&text), [(SEALED.to_owned(), false)], "{before}");
        }
    }
}

#[test]
fn the_end_of_something_longer_is_no_key() {
    let alone = SEALED.trim_start_matches("base64:");
    for before in ["A", "+", "9/9", "%3", "longer"] {
        let text = format!("{before}{alone}");
        assert!(hits(text.as_bytes()).is_empty(), "{text}");
    }
    assert!(hits(&wide(&format!("A{alone}"), false)).is_empty());
    assert!(hits(alone.trim_end_matches('=').as_bytes()).is_empty());
    assert!(hits(format!("{}=", &alone[1..43]).as_bytes()).is_empty());
    // The last line of a picture in a mail.
    let lines = format!(
        "{}\n{}\n{}=",
        "A".repeat(76),
        "B".repeat(76),
        "C".repeat(19)
    );
    assert!(hits(lines.as_bytes()).is_empty());
}

#[test]
fn url_safe_digits_are_given_back_as_laravel_reads_them() {
    let standard = "base64:++//IGlzIGEgdGhyb3ctYXdheSBleGFtcGxlIGtleSE=";
    let url_safe = standard.replace('+', "-").replace('/', "_");
    let alone = url_safe.trim_start_matches("base64:");
    for text in [
        url_safe.clone(),
        format!("APP_KEY={alone}"),
        format!("see {alone}"),
        format!("APP_KEY=\"{alone}\""),
    ] {
        assert_eq!(hits(text.as_bytes()), [standard], "{text}");
    }
    assert!(hits(url_safe.replacen('-', "+", 1).as_bytes()).is_empty());
}

#[test]
fn a_key_over_several_lines_is_put_together() {
    let (first, second) = SEALED.split_at(30);
    for text in [
        format!("{first}\n{second}"),
        format!("{first}\r\n{second}"),
        format!("{first}=\r\n{second}"),
        format!("key: >\n    {first}\n    {second}\n"),
        format!("> {first}\n> {second}\n"),
        format!("KEY={first}\\\n{second}"),
        format!("\"{first}\\n{second}\""),
        format!("base64:\n  {}", &SEALED[7..]),
        format!("{}=\n=3D", SEALED.trim_end_matches('=')),
        format!("{}\n=", SEALED.trim_end_matches('=')),
    ] {
        assert!(
            hits(text.as_bytes()).contains(&SEALED.to_owned()),
            "{text:?}"
        );
    }
    assert_eq!(
        named_hits(format!("{first}\n{second}").as_bytes()),
        [(SEALED.to_owned(), false)]
    );
}

#[test]
fn both_byte_orders_are_read() {
    let word = "0123456789abcdef0123456789ABCDEF";
    for big_endian in [false, true] {
        let text = wide(&format!("APP_KEY={SEALED}\r\nX=y"), big_endian);
        assert_eq!(named_hits(&text), [(SEALED.to_owned(), true)]);
        let text = wide(&format!("A=b\r\nAPP_KEY={word}\r\n"), big_endian);
        assert_eq!(named_hits(&text), [(word.to_owned(), true)]);
    }
}

/// The forms that are looked for in different ways, and the text each is found as.
fn forms() -> Vec<(Vec<u8>, String)> {
    let alone = SEALED.trim_start_matches("base64:");
    let word = "0123456789abcdef0123456789ABCDEF";
    let slashed = "a/b/cccc/dddddddd/eeeeeeeeeeeeeeeeeeeeeeeeA=";
    let mut forms: Vec<(Vec<u8>, String)> = Vec::new();
    let mut add = |form: Vec<u8>, text: &str| forms.push((form, text.to_owned()));
    add(SEALED.into(), SEALED);
    add(alone.into(), SEALED);
    add(
        slashed.replace('/', "\\/").into(),
        &format!("base64:{slashed}"),
    );
    for big_endian in [false, true] {
        add(wide(&format!("{alone}\n"), big_endian), SEALED);
        add(wide(&format!("{SEALED}\n"), big_endian), SEALED);
    }
    for at in [1, 10, 11, 21, 22, 33, 42] {
        for end in ["\n", "\r\n  ", "=\r\n", "\\\n"] {
            let form = format!("{}{end}{}", &alone[..at], &alone[at..]);
            add(form.into(), SEALED);
        }
    }
    for name in ["APP_KEY=", "app-key: ", "appKey = "] {
        add(format!("{name}{word}").into(), word);
        add(wide(&format!("{name}{word}\n"), false), word);
    }
    add(format!("'key' => '{word}'").into(), word);
    // A key is 32 bytes of any kind.
    let foreign = "ÄÖÜäöüßÄÖÜäöüßéè";
    for (before, behind) in [
        ("APP_KEY=", "\n"),
        ("APP_KEY=\"", "\""),
        ("'key'=>'", "'"),
        ("\"APP_KEY\":\"", "\""),
    ] {
        add(format!("{before}{foreign}{behind}").into(), foreign);
    }
    forms
}

#[test]
fn every_form_is_found_once_wherever_it_stands_and_is_cut() {
    for (form, text) in forms() {
        for offset in (0..130).chain(400..464) {
            let mut bytes = vec![b' '; offset];
            bytes.extend_from_slice(&form);
            if offset % 3 != 0 {
                bytes.push(b'\n');
                bytes.resize(bytes.len() + offset % 70, 0xff);
            }
            // Cut anywhere around it: what begins before the cut belongs to the first piece.
            let cuts = [0, 1, 7, 22, 43, 64, form.len() - 1, form.len() + 1];
            for cut in cuts.map(|cut| (offset + cut).min(bytes.len())) {
                let mut found = 0;
                for range in [0..cut, cut..bytes.len()] {
                    scan_in(&bytes, range, &mut |hit| {
                        found += usize::from(hit.text.expose() == text.as_bytes());
                    });
                }
                // A name tells its value, and so does a padding.
                assert_eq!(found, 1, "{text} at {offset}, cut at {cut}: {form:?}");
            }
        }
    }
}

/// Bytes of chance, of which the first is a zero: no text.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 7u64;
    let mut noise: Vec<u8> = std::iter::repeat_with(|| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 56) as u8
    })
    .take(length)
    .collect();
    noise[0] = 0;
    noise
}

#[test]
fn every_form_is_found_once_among_bytes_that_are_no_text() {
    let noise = noise(1500);
    for (form, text) in forms() {
        for offset in 600..664 {
            let mut bytes = noise.clone();
            let end = offset + form.len();
            bytes[offset..end].copy_from_slice(&form);
            (bytes[offset - 1], bytes[end]) = (0xff, b'\n');
            for cut in [0, offset + 7, end - 1] {
                let mut found = 0;
                for range in [0..cut, cut..bytes.len()] {
                    scan_in(&bytes, range, &mut |hit| {
                        found += usize::from(hit.text.expose() == text.as_bytes());
                    });
                }
                assert_eq!(found, 1, "{text} at {offset}, cut at {cut}: {form:?}");
            }
        }
    }
}

#[test]
fn lines_and_zeros_are_counted_in_the_range_alone() {
    let bytes: Vec<u8> = (0..1000u32)
        .map(|n| if n % 7 == 0 { b'\n' } else { b'x' })
        .collect();
    for start in (0..300).step_by(11) {
        for end in (start..1000).step_by(37) {
            let seen = scan_in(&bytes, start..end, &mut |_| {});
            let lines = memchr::memchr_iter(b'\n', &bytes[start..end]).count();
            assert_eq!((seen.lines, seen.zero), (lines as u64, false));
        }
    }
    let mut bytes = vec![b'x'; 500];
    for place in [0, 63, 64, 499] {
        bytes[place] = 0;
        assert!(scan_in(&bytes, 0..500, &mut |_| {}).zero);
        bytes[place] = b'x';
    }
}
