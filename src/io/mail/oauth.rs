//! Asks an OAuth provider for a new access token (RFC 6749, 6), as FreeScout does: one POST of a form.
//!
//! HTTPS only, checked against the system's certificates; plain HTTP goes to loopback addresses alone, for tests. The reply
//! is bounded in time and size, and not waited for once it was called off. Neither errors nor `Debug` hold a secret; what the HTTP library buffers on its way is not wiped.

use std::io::Read;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use serde::Deserialize;
use ureq::http::Uri;
use zeroize::Zeroizing;

use super::apart::{NotAwaited, apart};
use crate::domain::inventory::mailbox::OAuthProvider;
use crate::domain::inventory::secret::{SecretBytes, wipe_stack};
use crate::domain::mail::oauth::form_encoded;
use crate::domain::mail::oauth_error::{OAuthError, safe_words};
use crate::io::os::https;
use crate::io::os::names::NobodyAsked;
use crate::io::os::tls::{Trust, without_places};
use crate::words::words;

/// A reply larger than this many bytes is none of a token endpoint.
const MAX_REPLY_BYTES: usize = 64 << 10;

/// How long an answer is still waited for once it was called off: a provider that is there has given its tokens by then, and
/// they exist nowhere else.
const GRACE: Duration = Duration::from_secs(1);

/// Life of a token in seconds where the reply does not say: what both providers give.
const USUAL_LIFE: i64 = 3600;

/// Where the providers are asked.
#[derive(Debug, Clone)]
pub struct Endpoints {
    /// Microsoft's token endpoint.
    pub microsoft: String,
    /// Google's token endpoint.
    pub google: String,
    /// How long one request may take in all.
    pub timeout: Duration,
}

impl Default for Endpoints {
    fn default() -> Self {
        Self {
            microsoft: "https://login.microsoftonline.com/common/oauth2/v2.0/token".to_owned(),
            google: "https://oauth2.googleapis.com/token".to_owned(),
            timeout: Duration::from_secs(30),
        }
    }
}

impl Endpoints {
    /// The endpoint of a provider.
    pub fn of(&self, provider: OAuthProvider) -> &str {
        match provider {
            OAuthProvider::Microsoft => &self.microsoft,
            OAuthProvider::Google => &self.google,
        }
    }
}

/// What is shown to the provider.
#[derive(Debug)]
pub struct Grant {
    /// The application.
    pub client_id: String,
    /// Its secret.
    pub client_secret: SecretBytes,
    /// The refresh token. It may be good for one time only.
    pub refresh_token: SecretBytes,
}

/// What the provider gave.
#[derive(Debug)]
pub struct Tokens {
    /// The new access token.
    pub access: SecretBytes,
    /// The new refresh token; without one the old one stays good.
    pub refresh: Option<SecretBytes>,
    /// Life of the access token, in seconds.
    pub expires_in: i64,
}

/// Why the provider gave no tokens.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// No connection, no TLS, no reply in time. Whether the provider saw the request is not known.
    #[error("{0}")]
    Unreachable(String),
    /// Nobody was asked for the provider's address.
    #[error("{0}")]
    NobodyAsked(NobodyAsked),
    /// The provider refuses, and says why.
    #[error("{}", .0.said())]
    Refused(OAuthError),
    /// The reply is none of a token endpoint.
    #[error("{}", words().oauth_nonsense)]
    Nonsense,
    /// Its answer was no longer waited for.
    #[error("{}", words().test_stopped)]
    CalledOff,
}

/// The members of a good reply that matter. Unknown ones are passed over.
#[derive(Deserialize)]
struct TokenReply {
    access_token: Zeroizing<String>,
    #[serde(default)]
    refresh_token: Option<Zeroizing<String>>,
    #[serde(default)]
    expires_in: Option<serde_json::Value>,
}

/// The body of a reply, and whether its status is one of success.
type Reply = (bool, Zeroizing<Vec<u8>>);

/// Asks for new tokens. What comes back may exist nowhere else: store it before it is used.
///
/// # Errors
/// [`AskError`]; within some seconds, once it was called off.
pub fn refresh(
    provider: OAuthProvider,
    endpoints: &Endpoints,
    grant: &Grant,
    cancel: &AtomicBool,
) -> Result<Tokens, AskError> {
    let secrets = [&grant.client_secret, &grant.refresh_token];
    let (endpoint, timeout) = (endpoints.of(provider).to_owned(), endpoints.timeout);
    let form = form(grant);
    let ask = move || {
        let reply = ask(&endpoint, timeout, &form);
        drop(form);
        wipe_stack();
        reply
    };
    let unreachable = |e: &dyn std::fmt::Display| {
        AskError::Unreachable(safe_words(&without_places(&e.to_string()), &secrets))
    };
    let reply = match apart(ask, Instant::now() + timeout + GRACE, cancel, GRACE) {
        Ok(Ok(reply)) => Ok(reply),
        Ok(Err(ureq::Error::Io(e))) => {
            Err(NobodyAsked::of(&e).map_or_else(|| unreachable(&e), AskError::NobodyAsked))
        }
        Ok(Err(e)) => Err(unreachable(&e)),
        Err(NotAwaited::CalledOff) => Err(AskError::CalledOff),
        Err(NotAwaited::Late) => Err(unreachable(&std::io::ErrorKind::TimedOut)),
    };
    let (good, body) = reply?;
    if body.len() > MAX_REPLY_BYTES {
        return Err(AskError::Nonsense);
    }
    match serde_json::from_slice::<TokenReply>(&body) {
        Ok(reply) if good && !reply.access_token.is_empty() => Ok(tokens(&reply)),
        _ => Err(OAuthError::read(&body, &secrets).map_or(AskError::Nonsense, AskError::Refused)),
    }
}

/// Posts the form. Of a reply that is too long, a byte more than it may have.
fn ask(endpoint: &str, timeout: Duration, form: &[u8]) -> Result<Reply, ureq::Error> {
    let https_only = !is_loopback(endpoint);
    let mut response = https::agent(&Trust::of_system(), https_only, timeout)
        .post(endpoint)
        .header("accept", "application/json")
        .content_type("application/x-www-form-urlencoded")
        .send(form)?;
    let good = response.status().is_success();
    // Reserved once: growing would leave copies of the tokens behind.
    let mut body = Zeroizing::new(Vec::with_capacity(MAX_REPLY_BYTES + 1));
    response
        .body_mut()
        .as_reader()
        .take(MAX_REPLY_BYTES as u64 + 1)
        .read_to_end(&mut body)?;
    Ok((good, body))
}

fn tokens(reply: &TokenReply) -> Tokens {
    let life = reply.expires_in.as_ref().and_then(|life| match life {
        serde_json::Value::String(digits) => digits.trim().parse().ok(),
        life => life.as_i64(),
    });
    let refresh = reply.refresh_token.as_ref().filter(|t| !t.is_empty());
    Tokens {
        access: SecretBytes::from(reply.access_token.as_bytes()),
        refresh: refresh.map(|token| SecretBytes::from(token.as_bytes())),
        expires_in: life.filter(|life| *life >= 0).unwrap_or(USUAL_LIFE),
    }
}

fn form(grant: &Grant) -> Zeroizing<Vec<u8>> {
    let members: [(&str, &[u8]); 4] = [
        ("client_id", grant.client_id.as_bytes()),
        ("client_secret", grant.client_secret.expose()),
        ("refresh_token", grant.refresh_token.expose()),
        ("grant_type", b"refresh_token"),
    ];
    let room = members.iter().map(|(n, v)| n.len() + 3 * v.len() + 2).sum();
    let mut form = Zeroizing::new(Vec::with_capacity(room));
    for (name, value) in members {
        if !form.is_empty() {
            form.push(b'&');
        }
        form.extend_from_slice(name.as_bytes());
        form.push(b'=');
        form.extend_from_slice(&form_encoded(value));
    }
    form
}

/// Whether the endpoint is an address of this machine by its number: a name could lead anywhere.
fn is_loopback(endpoint: &str) -> bool {
    endpoint.parse::<Uri>().is_ok_and(|uri| {
        let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
        host.parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn grant() -> Grant {
        Grant {
            client_id: "11-22".to_owned(),
            client_secret: SecretBytes::from(&b"s&cret=+/ \xc3\xa4"[..]),
            refresh_token: SecretBytes::from(&b"0.AX~"[..]),
        }
    }

    #[test]
    fn the_form_is_as_php_sends_it_and_never_grew() {
        let form = form(&grant());
        assert_eq!(
            std::str::from_utf8(&form).unwrap(),
            "client_id=11-22&client_secret=s%26cret%3D%2B%2F%20%C3%A4&refresh_token=0.AX~&grant_type=refresh_token"
        );
        assert!(!format!("{:?}", grant()).contains("cret="));
    }

    #[test]
    fn plain_http_goes_to_this_machine_alone() {
        for (endpoint, ours) in [
            ("http://127.0.0.1:8080/token", true),
            ("http://[::1]:8080/token", true),
            ("http://localhost/token", false),
            ("http://127.0.0.1@provider.example/token", false),
            ("http://127.0.0.1.provider.example/token", false),
            ("not a uri", false),
        ] {
            assert_eq!(is_loopback(endpoint), ours, "{endpoint}");
        }
        for elsewhere in ["http://localhost:1/token", "http://provider.example/token"] {
            let endpoints = Endpoints {
                microsoft: elsewhere.to_owned(),
                ..Endpoints::default()
            };
            let cancel = AtomicBool::new(false);
            let outcome = refresh(OAuthProvider::Microsoft, &endpoints, &grant(), &cancel);
            let Err(AskError::Unreachable(why)) = outcome else {
                panic!("{elsewhere} was asked");
            };
            assert!(why.contains("https only"), "{why}");
        }
        assert!(Endpoints::default().microsoft.starts_with("https://"));
        assert!(Endpoints::default().google.starts_with("https://"));
    }

    #[test]
    fn a_life_that_is_not_said_is_the_usual_one() {
        for (life, seconds) in [
            (r#","expires_in":3599"#, 3599),
            (r#","expires_in":"3599""#, 3599),
            (r#","expires_in":-5"#, USUAL_LIFE),
            (r#","expires_in":null"#, USUAL_LIFE),
            ("", USUAL_LIFE),
        ] {
            let reply: TokenReply = serde_json::from_str(&format!(
                r#"{{"access_token":"a","refresh_token":""{life}}}"#
            ))
            .unwrap();
            let tokens = tokens(&reply);
            assert_eq!(tokens.expires_in, seconds, "{life}");
            assert!(tokens.refresh.is_none());
        }
    }
}
