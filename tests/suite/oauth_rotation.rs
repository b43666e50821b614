//! A provider that takes each refresh token once, as Microsoft's may, and one whose clock is not ours.

use std::io::Write;
use std::sync::{Arc, Mutex};

use freescout_rescue::domain::mail::oauth_error::OAuthError;
use freescout_rescue::engine::mail_test::oauth::{self, RefreshError, Refreshed};
use freescout_rescue::io::mail::oauth::AskError;
use serde_json::Value as Json;

use crate::oauth::{XOAUTH2, tested};
use crate::provider::{BOTH, Desk, NEW_ACCESS, OLD_ACCESS, OLD_REFRESH, Provider, reply};
use crate::scripted::{self, script};

const SPENT: &str = r#"{"error":"invalid_grant","error_description":"AADSTS54005: OAuth2 Authorization code was already redeemed."}"#;

/// Gives tokens of a number that grows, for the refresh token that it gave last alone.
fn rotating() -> Provider {
    let given = Arc::new(Mutex::new((OLD_REFRESH.to_owned(), 0)));
    Provider::new(move |form, stream| {
        let mut given = given.lock().unwrap();
        if !form.contains(&format!("refresh_token={}&", given.0)) {
            return reply(stream, 400, SPENT);
        }
        given.1 += 1;
        given.0 = format!("s3ntinel-refresh-{}", given.1);
        let tokens = serde_json::json!({
            "access_token": format!("s3ntinel-access-{}", given.1),
            "refresh_token": given.0,
            "expires_in": 3599,
        });
        reply(stream, 200, &tokens.to_string());
    })
}

/// The member of `meta` that says when the tokens were asked for.
fn issued_on(desk: &Desk) -> String {
    let json: Json = serde_json::from_str(&desk.meta()).unwrap();
    json["oauth"]["issued_on"].as_str().unwrap().to_owned()
}

/// Sets that member, as if time had gone by.
fn issue_on(desk: &Desk, time: &str) {
    let meta = desk.meta().replace(&issued_on(desk), time);
    desk.meta_writer(&meta)();
}

fn is_reconnect(error: &RefreshError) -> bool {
    matches!(
        error,
        RefreshError::Asked(AskError::Refused(OAuthError::Reconnect { .. }))
    )
}

#[test]
fn each_renewal_sends_the_refresh_token_of_the_one_before() {
    let mut desk = Desk::new();
    let provider = rotating();
    for number in 1..=3 {
        assert!(oauth::is_expired(&desk.session, 1), "{number}");
        assert_eq!(desk.refresh(&provider).unwrap(), Refreshed::ByUs);
        let tokens = ["access", "refresh"].map(|kind| format!("s3ntinel-{kind}-{number}"));
        assert_eq!(desk.tokens(), tokens.into());
        assert!(desk.both_open() && !oauth::is_expired(&desk.session, 1));
        issue_on(&desk, "2025-01-01 00:00:00");
        desk.session = crate::provider::open(&desk.bench);
    }
    assert_eq!(provider.asked().len(), 3);
}

#[test]
fn a_refresh_token_that_was_spent_is_told_and_stays() {
    let mut desk = Desk::new();
    let provider = rotating();
    // Somebody else's renewal, whose answer never reached the database.
    let before = desk.meta();
    assert_eq!(desk.refresh(&provider).unwrap(), Refreshed::ByUs);
    desk.meta_writer(&before)();
    desk.session = crate::provider::open(&desk.bench);
    let error = desk.refresh(&provider).unwrap_err();
    assert!(is_reconnect(&error), "{error:?}");
    desk.assert_clean(&error);
    assert_eq!(desk.meta(), before);
}

#[test]
fn the_life_of_a_token_is_counted_by_our_clock() {
    // The provider's is seven years ahead, then as far behind.
    for date in [
        "Mon, 01 Dec 2033 08:00:00 GMT",
        "Sun, 01 Dec 2019 08:00:00 GMT",
    ] {
        let mut desk = Desk::new();
        let provider = Provider::new(move |_, stream| {
            let head = format!(
                "HTTP/1.1 200 OK\r\nDate: {date}\r\nContent-Length: {}",
                BOTH.len()
            );
            let _ =
                stream.write_all(format!("{head}\r\nConnection: close\r\n\r\n{BOTH}").as_bytes());
        });
        let before = desk.session.install.now_local();
        assert_eq!(desk.refresh(&provider).unwrap(), Refreshed::ByUs);
        let after = desk.session.install.now_local();
        let stored: jiff::civil::DateTime = issued_on(&desk).parse().unwrap();
        // Its seconds are whole.
        assert!(
            stored >= before - jiff::Span::new().seconds(1) && stored <= after,
            "{stored}"
        );
        assert!(!oauth::is_expired(&desk.session, 1));
    }
}

#[test]
fn a_token_that_the_server_finds_old_is_not_renewed_before_its_time() {
    // Our clock is behind: by it the token lives, as FreeScout would find.
    let desk = Desk::new();
    issue_on(&desk, "2999-01-01 00:00:00");
    let refuses = script(
        "* OK ready
        C: R1 CAPABILITY
        * CAPABILITY IMAP4rev1 AUTH=XOAUTH2
        R1 OK done
        C: R2 AUTHENTICATE XOAUTH2
        R2 NO AUTHENTICATE failed.",
    );
    let server = scripted::Server::new(refuses);
    let provider = Provider::saying(200, BOTH);
    let result = tested(&desk, server.address, &provider, &[]);
    assert_eq!(result["code"], "oauth_rejected", "{result}");
    assert_eq!(provider.asked().len(), 0);
    assert_eq!(desk.token("a_token"), OLD_ACCESS);
    // Our clock is ahead: by it the token's life is over, and it is renewed.
    let desk = Desk::new();
    let server = scripted::Server::new(script(XOAUTH2));
    let result = tested(&desk, server.address, &provider, &[]);
    assert_eq!(result["code"], "ok", "{result}");
    assert_eq!(provider.asked().len(), 1);
    assert_eq!(desk.token("a_token"), NEW_ACCESS);
}
