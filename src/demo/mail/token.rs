//! The demo's token endpoint (RFC 6749, 6): one POST of a form over plain HTTP, answered with an access token that the
//! servers of Microsoft take. It knows one client and its refresh token.

use std::io::{self, ErrorKind};

use super::super::story::{OAuthGrant, grant};
use super::wire::{Bytes, GuestWire, MAX_LINE};
use crate::domain::mail::oauth::form_encoded;

/// Lines of one request before its body.
const MAX_HEADERS: usize = 64;
const OK: &str = "200 OK";
const BAD_REQUEST: &str = "400 Bad Request";

/// Answers one request; a connection carries no more.
pub(super) fn serve(mut wire: GuestWire) -> io::Result<()> {
    let (status, body) = match read(&mut wire) {
        Ok(Some(form)) => answer(&form, &grant()),
        Ok(None) => (BAD_REQUEST, refusal("invalid_request")),
        Err(e) if e.kind() == ErrorKind::InvalidData => (BAD_REQUEST, refusal("invalid_request")),
        Err(e) => return Err(e),
    };
    let body = body.to_string();
    // The line end that follows is white space to JSON.
    let length = body.len() + 2;
    wire.say(&format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    ))
}

/// The form that is posted; `None` where that is no such request.
fn read(wire: &mut GuestWire) -> io::Result<Option<Bytes>> {
    let posts = wire.line()?.starts_with(b"POST ");
    let mut length = None;
    for _ in 0..MAX_HEADERS {
        let line = wire.line()?;
        if line.is_empty() {
            return match length {
                Some(length) if posts => wire.bytes(length).map(Some),
                _ => Ok(None),
            };
        }
        let Some(colon) = memchr::memchr(b':', &line) else {
            return Ok(None);
        };
        if line[..colon].eq_ignore_ascii_case(b"content-length") {
            let digits = std::str::from_utf8(line[colon + 1..].trim_ascii()).ok();
            let read = digits.and_then(|digits| digits.parse().ok());
            // A number too large for us is a body too long.
            length = Some(read.unwrap_or(MAX_LINE + 1));
        }
    }
    Err(ErrorKind::InvalidData.into())
}

fn answer(form: &[u8], known: &OAuthGrant) -> (&'static str, serde_json::Value) {
    let has = |name: &str, value: &str| {
        let wanted = [name.as_bytes(), b"=", &form_encoded(value.as_bytes())].concat();
        form.split(|b| *b == b'&').any(|member| member == wanted)
    };
    if !has("grant_type", "refresh_token") {
        return (BAD_REQUEST, refusal("unsupported_grant_type"));
    }
    let mut secrets = known.client_secrets.iter();
    if !has("client_id", known.client_id) || !secrets.any(|secret| has("client_secret", secret)) {
        return (BAD_REQUEST, refusal("invalid_client"));
    }
    if !has("refresh_token", known.refresh_token) {
        return (BAD_REQUEST, refusal("invalid_grant"));
    }
    let tokens = serde_json::json!({
        "token_type": "Bearer", "expires_in": 3599,
        "access_token": known.access_token, "refresh_token": known.refresh_token,
    });
    (OK, tokens)
}

fn refusal(error: &str) -> serde_json::Value {
    serde_json::json!({ "error": error })
}
