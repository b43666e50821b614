//! Misspelled keys as people and programs write them, and a `.env` put right.

#![allow(clippy::unwrap_used)]

use proptest::prelude::{prop_assert, proptest};

use super::*;
use crate::domain::payload::base64;

/// A key whose digits hold both signs of the standard alphabet, and its text.
fn key() -> (AppKey, String) {
    let mut bytes = [0_u8; KEY_LEN];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = (at * 37 + 251) as u8;
    }
    bytes[3..6].copy_from_slice(&[0xfb, 0xef, 0xff]);
    let text = format!("base64:{}", base64::encode(&bytes));
    assert!(text.contains('+') && text.contains('/'), "{text}");
    (AppKey::parse(text.as_bytes()).unwrap(), text)
}

fn utf16(text: &str) -> Vec<u8> {
    let units = text.encode_utf16().flat_map(u16::to_le_bytes);
    [0xff, 0xfe].into_iter().chain(units).collect()
}

#[test]
fn every_misspelling_is_read_and_named() {
    let (key, text) = key();
    let digits = &text[PREFIX.len()..];
    let url_safe = text.replace('+', "-").replace('/', "_");
    let cases: Vec<(Vec<u8>, Spelling)> = [
        (digits.to_owned(), Spelling::NoPrefix),
        (digits.trim_end_matches('=').to_owned(), Spelling::NoPrefix),
        (format!("Base64:{digits}"), Spelling::Prefix),
        (
            format!("BASE64:{}", digits.trim_end_matches('=')),
            Spelling::Prefix,
        ),
        (format!("'{text}'"), Spelling::Quotes),
        (format!("\"{text}\""), Spelling::Quotes),
        (format!("`{text}`"), Spelling::Quotes),
        (format!("{text}'"), Spelling::Quotes),
        (format!("{text} # keep this"), Spelling::Comment),
        (format!("{text}# do not change"), Spelling::Comment),
        (format!("APP_KEY={text}\n"), Spelling::Assignment),
        (format!("export APP_KEY='{text}'\n"), Spelling::Assignment),
        (format!("app_key: {text}"), Spelling::Assignment),
        (format!(" {text}"), Spelling::Blanks),
        (format!("\u{200b}{text}"), Spelling::Foreign),
        (format!("“{text}”"), Spelling::Foreign),
        (format!("\u{feff}{text}\r\n"), Spelling::ByteOrderMark),
        (
            format!("{}\n{}", &text[..30], &text[30..]),
            Spelling::Wrapped,
        ),
        (
            format!("{}\r\n  {}\r\n", &digits[..20], &digits[20..]),
            Spelling::Wrapped,
        ),
        (url_safe, Spelling::UrlSafe),
        (text.replace('/', "\\/"), Spelling::Other),
        (format!("{text},"), Spelling::Other),
    ]
    .into_iter()
    .map(|(value, spelling)| (value.into_bytes(), spelling))
    .chain([
        (utf16(&text), Spelling::Utf16),
        (utf16(&format!("APP_KEY={digits}\r\n")), Spelling::Utf16),
    ])
    .collect();
    for (value, spelling) in cases {
        let shown = String::from_utf8_lossy(&value).into_owned();
        if AppKey::parse(&value).is_ok() {
            // Laravel's decoder is lenient: this spelling is a key, and so not nearly one.
            assert!(near_keys(&value).is_empty(), "{shown:?}");
            continue;
        }
        let near = near_keys(&value);
        assert_eq!(near.len(), 1, "{shown:?}");
        assert!(near[0].key.same_bytes(&key), "{shown:?}");
        assert_eq!(near[0].key.text(), text.as_bytes(), "{shown:?}");
        assert_eq!(near[0].spelling, spelling, "{shown:?}");
    }
}

#[test]
fn plain_characters_stay_plain() {
    let plain = "k7Q!v9Xz2#Lm4&Rt6_Yp8+Wc1@Bn3%Hd";
    assert_eq!(plain.len(), KEY_LEN);
    for (value, spelling) in [
        (format!("'{plain}'"), Spelling::Quotes),
        (format!("APP_KEY={plain}"), Spelling::Assignment),
    ] {
        let near = near_keys(value.as_bytes());
        assert_eq!(near.len(), 1, "{value}");
        assert_eq!(near[0].key.text(), plain.as_bytes(), "{value}");
        assert_eq!(near[0].spelling, spelling, "{value}");
        assert!(near[0].as_written.is_none());
    }
}

#[test]
fn digits_without_padding_may_have_been_two_texts() {
    let (_, text) = key();
    let unpadded = text.trim_end_matches('=');
    let near = near_keys(&unpadded.as_bytes()[PREFIX.len()..]);
    assert_eq!(near[0].key.text(), text.as_bytes());
    let other = near[0].as_written.as_ref().unwrap();
    assert_eq!(other.text(), unpadded.as_bytes());
}

#[test]
fn what_is_no_key_is_none() {
    let (_, text) = key();
    for value in [
        "",
        "secret",
        "base64:",
        "SomeRandomString",
        "/run/secrets/app_key",
        &text,
        &text[..text.len() - 8],
        &format!("{}{}", &text[..20], &text[24..]),
        &"eyJpdiI6".repeat(30),
    ] {
        assert!(near_keys(value.as_bytes()).is_empty(), "{value:?}");
    }
}

#[test]
fn lines_of_env_are_read_with_their_number() {
    let (key, text) = key();
    let digits = &text[PREFIX.len()..];
    let cases = [
        (
            format!("A=1\nAPP_KEY={digits}\nB=2\n"),
            2,
            Spelling::NoPrefix,
        ),
        (
            format!("A=1\nAPP_KEY={}\n{}\nB=2\n", &text[..30], &text[30..]),
            2,
            Spelling::Wrapped,
        ),
        (format!("APP_KEY=\n{text}\nB=2\n"), 1, Spelling::Wrapped),
        (
            format!("APP_KEY={}\n{}\n", &digits[..20], &digits[20..]),
            1,
            Spelling::Wrapped,
        ),
        (
            format!("APP_KEY={}\r\n{}\r\nB=2\r\n", &text[..30], &text[30..]),
            1,
            Spelling::Wrapped,
        ),
        (format!("#APP_KEY=Base64:{digits}\n"), 1, Spelling::Prefix),
    ];
    for (env, line, spelling) in cases {
        let near = near_lines(env.as_bytes());
        assert_eq!(near.len(), 1, "{env:?}");
        assert_eq!(
            (near[0].line, near[0].near.spelling),
            (line, spelling),
            "{env:?}"
        );
        assert!(near[0].near.key.same_bytes(&key), "{env:?}");
    }
    for right in [
        format!("APP_KEY={text}\nJWT_SECRET={digits}\n"),
        format!("APP_KEY=\"{text}\" # note\n"),
        format!("APP_KEY='{text}'\r\n"),
        format!("APP_KEY=\nJWT_SECRET={text}\n"),
    ] {
        assert!(near_lines(right.as_bytes()).is_empty(), "{right:?}");
    }
    let wide = near_lines(&utf16(&format!("A=1\r\nAPP_KEY={text}\r\n")));
    assert_eq!(wide.len(), 1);
    assert_eq!(wide[0].near.spelling, Spelling::Utf16);
}

#[test]
fn a_misspelled_line_is_written_right_and_nothing_else_changes() {
    let (key, text) = key();
    let digits = &text[PREFIX.len()..];
    let (one, two) = (&text[..30], &text[30..]);
    let cases = [
        (
            format!("A=1\nAPP_KEY={digits}\nB=2\n"),
            format!("A=1\nAPP_KEY={text}\nB=2\n"),
        ),
        (
            format!("A=1\nAPP_KEY={one}\n{two}\nB=2\n"),
            format!("A=1\nAPP_KEY={text}\nB=2\n"),
        ),
        (
            format!("APP_KEY={one}\\\r\n  {two}\r\nB=2\r\n"),
            format!("APP_KEY={text}\r\nB=2\r\n"),
        ),
        (format!("APP_KEY={one}\n{two}"), format!("APP_KEY={text}")),
        (
            format!("APP_KEY=\n{text}\nB=2\n"),
            format!("APP_KEY={text}\nB=2\n"),
        ),
        (
            format!("APP_KEY={text}# do not change\nB=2\n"),
            format!("APP_KEY={text} # do not change\nB=2\n"),
        ),
        (
            format!("APP_KEY={text} do not change\r\nB=2\r\n"),
            format!("APP_KEY={text} # do not change\r\nB=2\r\n"),
        ),
        // The rest of a wrapped key is not taken out together with what stands behind it on its line.
        (
            format!("APP_KEY={one}\n{two} B=2\n"),
            format!("APP_KEY={text}\n{two} B=2\n"),
        ),
        // Another key is not ours to clear.
        (
            format!("APP_KEY={}\nB=2\n", "x".repeat(40)),
            format!("APP_KEY={text}\nB=2\n"),
        ),
    ];
    for (env, expected) in cases {
        let new = with_app_key(env.as_bytes(), &key).unwrap();
        assert_eq!(String::from_utf8_lossy(&new), expected, "{env:?}");
    }
    let refused = "APP_KEY=something else entirely\n";
    assert!(with_app_key(refused.as_bytes(), &key).is_err());
}

proptest! {
    #[test]
    fn no_text_panics_and_every_near_key_is_another_than_the_text(
        text in proptest::collection::vec(proptest::sample::select(b"APP_KEY=base64:AAAA+/-_'\"# \n\r\\\0\xff\xfe".to_vec()), 0..120),
    ) {
        let (key, _) = key();
        let exact = AppKey::parse(&text).ok();
        for near in near_keys(&text) {
            prop_assert!(exact.as_ref().is_none_or(|k| !k.same_bytes(&near.key)));
        }
        near_lines(&text);
        if let Ok(new) = with_app_key(&text, &key) {
            let read = crate::domain::config::dotenv::with_value(&new, NAME, key.text()).unwrap();
            prop_assert!(*read == *new, "it reads as the key");
        }
    }
}
