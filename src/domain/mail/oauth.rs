//! OAuth as FreeScout keeps it: client and login in one user name, tokens and their life in `mailboxes.meta`.
//!
//! Says whether a token's life is over, and writes what a provider returned into `meta` without moving another byte.
//! Asks nobody, has no clock, opens no payload.

use jiff::SignedDuration;
use jiff::civil::DateTime;
use serde_json::Value as Json;

use crate::domain::inventory::mailbox::Mailbox;
use crate::domain::inventory::secret::{SecretBytes, Token};
use crate::domain::payload::json_span;

/// How PHP's `toDateTimeString()` writes `issued_on`.
const ISSUED_ON: &str = "%Y-%m-%d %H:%M:%S";

/// What the user name of an OAuth mailbox holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// The account to log in to at the mail server.
    pub login: String,
    /// The id of the application that the provider gave the tokens to.
    pub client_id: String,
}

/// Reads `in_username` or `out_username`: `login@example.org:CLIENT_ID`, or just `CLIENT_ID`; then the mailbox's own
/// address is the login.
pub fn client(username: &str, email: &str) -> Client {
    let (login, client_id) = username.split_once(':').unwrap_or((email, username));
    Client {
        login: login.to_owned(),
        client_id: client_id.to_owned(),
    }
}

/// Whether a user name holds the id of an application at Microsoft or Google. FreeScout logs in with such a name and the
/// client secret where the mailbox was never connected.
pub fn names_client(username: &str) -> bool {
    let id = client(username.trim(), "").client_id;
    let is_guid = || {
        let groups: Vec<&str> = id.split('-').collect();
        let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
        lengths == [8, 4, 4, 4, 12] && id.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit())
    };
    is_guid() || id.ends_with(".apps.googleusercontent.com")
}

/// Whether FreeScout sends with the access token: connected, one of the two servers by its exact name, and a user name
/// that holds a client id. A plain address at those servers logs in with its password; an empty name does not log in.
pub fn outgoing_uses_oauth(mailbox: &Mailbox) -> bool {
    let username = mailbox.out_username.raw().trim();
    let both = username
        .split_once(':')
        .is_some_and(|(login, client_id)| login.contains('@') && !client_id.is_empty());
    let holds_client = both || !username.is_empty() && !username.contains('@');
    mailbox.oauth.is_some() && mailbox.sends_by_oauth && holds_client
}

/// When the access token's life ends, in the app's local time; `None` where `meta` does not say, or not readably.
///
/// `expires_in` may be a number or its digits as text. Local times are added up as they stand: in the hour around a
/// change of the clocks the answer may be an hour off, and the mail server has the last word.
pub fn expires_at(meta: &[u8]) -> Option<DateTime> {
    let meta: Json = serde_json::from_slice(meta).ok()?;
    let oauth = &meta["oauth"];
    let issued = DateTime::strptime(ISSUED_ON, oauth["issued_on"].as_str()?).ok()?;
    let seconds = match &oauth["expires_in"] {
        Json::Number(number) => number.as_i64()?,
        Json::String(digits) => digits.trim().parse().ok()?,
        _ => return None,
    };
    issued.checked_add(SignedDuration::from_secs(seconds)).ok()
}

/// Whether the access token's life is over. What is not known is not expired: a refresh may spend a refresh token, and
/// asking the mail server costs nothing.
pub fn is_expired(meta: &[u8], now_local: DateTime) -> bool {
    expires_at(meta).is_some_and(|end| end < now_local)
}

/// What a provider returned, in the form in which FreeScout's version stores it.
pub struct Renewed<'a> {
    /// The access token, sealed or not.
    pub access: &'a str,
    /// The refresh token likewise; `None` keeps the one that stands there.
    pub refresh: Option<&'a str>,
    /// When it was asked for, in the app's local time.
    pub issued_on: DateTime,
    /// Life of the access token, in seconds.
    pub expires_in: i64,
}

/// The text of `meta` with the new tokens. Every other byte stays. `None` where `meta` holds no OAuth object: then
/// the mailbox is not connected, and tokens must not connect it.
pub fn renewed_meta(meta: &[u8], renewed: &Renewed<'_>) -> Option<SecretBytes> {
    let quoted = |text: &str| format!("\"{}\"", json_span::escape_ascii(text));
    let mut members = vec![(Token::Access.member(), quoted(renewed.access))];
    members.extend(
        renewed
            .refresh
            .map(|text| (Token::Refresh.member(), quoted(text))),
    );
    let issued_on = renewed.issued_on.strftime(ISSUED_ON).to_string();
    members.push(("issued_on", quoted(&issued_on)));
    members.push(("expires_in", renewed.expires_in.to_string()));
    let mut text = meta.to_vec();
    for (name, value) in members {
        text = json_span::with_member(&text, &["oauth"], name, &value)?;
    }
    Some(SecretBytes::from(text))
}

/// Bytes as a value of `application/x-www-form-urlencoded`, in a buffer that never grows.
pub fn form_encoded(bytes: &[u8]) -> zeroize::Zeroizing<Vec<u8>> {
    let digit = |nibble: u8| b"0123456789ABCDEF"[usize::from(nibble & 15)];
    let mut out = zeroize::Zeroizing::new(Vec::with_capacity(bytes.len() * 3));
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(byte);
        } else {
            out.extend_from_slice(&[b'%', digit(byte >> 4), digit(byte)]);
        }
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::domain::inventory::{Inventory, Row, StoredText};
    use proptest::prelude::*;

    /// A mailbox that sends by SMTP; connected, where there is a provider.
    fn mailbox(out_server: &str, out_username: &str, provider: &str) -> Mailbox {
        let meta = format!(r#"{{"oauth":{{"provider":"{provider}"}}}}"#);
        let text = |text: &str| StoredText::Text(text.as_bytes().into());
        let mut inventory = Inventory::default();
        inventory.add_mailbox(&Row {
            id: 1,
            values: vec![
                ("out_method", text("3")),
                ("out_server", text(out_server)),
                ("out_username", text(out_username)),
                ("meta", text(&meta)),
            ],
        });
        inventory.mailboxes[0].clone()
    }

    #[test]
    fn a_user_name_is_login_and_client() {
        let read = |name| {
            let Client { login, client_id } = client(name, "me@example.org");
            (login, client_id)
        };
        let pair = |login: &str, id: &str| (login.to_owned(), id.to_owned());
        assert_eq!(
            read("shared@example.org:11-22"),
            pair("shared@example.org", "11-22")
        );
        assert_eq!(read("11-22"), pair("me@example.org", "11-22"));
        assert_eq!(
            read("9.apps.googleusercontent.com"),
            pair("me@example.org", "9.apps.googleusercontent.com")
        );
    }

    #[test]
    fn ids_of_applications_are_known_by_their_form() {
        for name in [
            "support@example.org:0f8fad5b-d9cb-469f-a165-70867728950e",
            "0F8FAD5B-D9CB-469F-A165-70867728950E",
            "support@example.org:12-ab.apps.googleusercontent.com",
        ] {
            assert!(names_client(name), "{name}");
        }
        for name in ["support@example.org", "support", "support:secret", ""] {
            assert!(!names_client(name), "{name}");
        }
    }

    #[test]
    fn only_a_client_at_the_two_servers_sends_with_a_token() {
        for (server, user, provider, uses) in [
            ("smtp.office365.com", "11-22", "ms", true),
            ("smtp.gmail.com", "a@b.example:11-22", "gw", true),
            ("smtp.office365.com", "a@b.example", "ms", false),
            ("smtp.office365.com", "a@b.example:", "ms", false),
            ("smtp.office365.com", "", "ms", false),
            ("smtp.example.org", "11-22", "ms", false),
            ("smtp.office365.com", "11-22", "", false),
        ] {
            let mailbox = mailbox(server, user, provider);
            assert_eq!(outgoing_uses_oauth(&mailbox), uses, "{server} {user}");
        }
    }

    #[test]
    fn a_life_ends_after_its_seconds() {
        let end = |life: &str| expires_at(format!(r#"{{"oauth":{{{life}}}}}"#).as_bytes());
        let at = |text: &str| Some(DateTime::strptime(ISSUED_ON, text).unwrap());
        let issued = r#""issued_on":"2025-12-31 23:30:00""#;
        assert_eq!(
            end(&format!(r#"{issued},"expires_in":3599"#)),
            at("2026-01-01 00:29:59")
        );
        assert_eq!(
            end(&format!(r#"{issued},"expires_in":"3599""#)),
            at("2026-01-01 00:29:59")
        );
        for unknown in [
            issued,
            r#""expires_in":3599"#,
            r#""issued_on":"yesterday","expires_in":3599"#,
            r#""issued_on":null,"expires_in":3599"#,
            r#""issued_on":"2025-12-31 23:30:00","expires_in":"soon""#,
            r#""issued_on":"2025-12-31 23:30:00","expires_in":9223372036854775807"#,
        ] {
            assert_eq!(end(unknown), None, "{unknown}");
        }
        let meta = format!(r#"{{"oauth":{{{issued},"expires_in":60}}}}"#);
        let expired = |now: &str| is_expired(meta.as_bytes(), at(now).unwrap());
        assert!(!expired("2025-12-31 23:31:00"));
        assert!(expired("2025-12-31 23:31:01"));
        assert!(!is_expired(b"no json", at("2099-01-01 00:00:00").unwrap()));
    }

    #[test]
    fn new_tokens_move_no_other_byte() {
        let meta = r#"{ "a":"\u00e9\/", "oauth":{"provider":"ms","a_token":"old","r_token":"keep\/me","x":[1 ],"expires_in":"60"}, "z":{}}"#;
        let issued_on = DateTime::strptime(ISSUED_ON, "2026-01-02 03:04:05").unwrap();
        let renewed = |refresh| {
            let renewed = Renewed {
                access: "ne/w+=",
                refresh,
                issued_on,
                expires_in: 3599,
            };
            let text = renewed_meta(meta.as_bytes(), &renewed).unwrap();
            String::from_utf8(text.expose().to_vec()).unwrap()
        };
        assert_eq!(
            renewed(None),
            r#"{ "a":"\u00e9\/", "oauth":{"provider":"ms","a_token":"ne\/w+=","r_token":"keep\/me","x":[1 ],"expires_in":3599,"issued_on":"2026-01-02 03:04:05"}, "z":{}}"#
        );
        assert!(renewed(Some("r/2")).contains(r#""r_token":"r\/2","x":[1 ]"#));
        let nothing = Renewed {
            access: "a",
            refresh: None,
            issued_on,
            expires_in: 1,
        };
        for not_connected in [r#"{"other":1}"#, r#"{"oauth":[]}"#, "[]", ""] {
            assert!(renewed_meta(not_connected.as_bytes(), &nothing).is_none());
        }
    }

    proptest! {
        #[test]
        fn an_encoded_value_is_plain_and_reads_back(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            let encoded = form_encoded(&bytes);
            prop_assert!(encoded.iter().all(|b| b.is_ascii_alphanumeric() || b"-._~%".contains(b)));
            let mut back = Vec::new();
            let mut rest = &encoded[..];
            while let Some((&first, more)) = rest.split_first() {
                if first == b'%' {
                    back.push(u8::from_str_radix(std::str::from_utf8(&more[..2]).unwrap(), 16).unwrap());
                    rest = &more[2..];
                } else {
                    back.push(first);
                    rest = more;
                }
            }
            prop_assert_eq!(back, bytes);
        }

        #[test]
        fn any_meta_is_survived(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = expires_at(&bytes);
        }
    }
}
