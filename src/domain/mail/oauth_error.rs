//! What an OAuth provider refuses, and what that calls for.
//!
//! Reads the error reply of a token endpoint (RFC 6749, 5.2) by Microsoft's AADSTS codes and the codes of the RFC, and
//! keeps the provider's own words, safe to show. Knows no connection; never lets a secret through that a reply repeats.

use serde_json::Value as Json;

use super::oauth::form_encoded;
use crate::domain::inventory::secret::SecretBytes;
use crate::words::untrusted::shown;

/// Why a provider gave no tokens, with its own words, safe to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OAuthError {
    /// The client id or the client secret is wrong, or the secret has expired: a new one has to be made and stored.
    Client {
        /// The provider's words.
        said: String,
    },
    /// The refresh token has expired or was revoked: the mailbox has to be connected again in the browser.
    Reconnect {
        /// The provider's words.
        said: String,
    },
    /// Anything else.
    Other {
        /// The provider's words.
        said: String,
    },
}

/// What a refusal calls for.
#[derive(Clone, Copy)]
enum Calls {
    ForClient,
    ForReconnecting,
}

/// Codes in the order they are looked for: Microsoft's own are more precise than the `error` they come under.
const REFUSALS: &[(&str, Calls)] = &[
    // Microsoft: the client secret has expired; is wrong; the application is not known; is switched off.
    ("AADSTS7000222", Calls::ForClient),
    ("AADSTS7000215", Calls::ForClient),
    ("AADSTS700016", Calls::ForClient),
    ("AADSTS7000112", Calls::ForClient),
    // Microsoft: unused for too long; revoked, as by a new password; a second factor, or consent, is wanted again.
    ("AADSTS700082", Calls::ForReconnecting),
    ("AADSTS50173", Calls::ForReconnecting),
    ("AADSTS50076", Calls::ForReconnecting),
    ("AADSTS65001", Calls::ForReconnecting),
    // RFC 6749, and Google's own name for a client that was deleted.
    ("invalid_client", Calls::ForClient),
    ("unauthorized_client", Calls::ForClient),
    ("deleted_client", Calls::ForClient),
    ("invalid_grant", Calls::ForReconnecting),
    ("interaction_required", Calls::ForReconnecting),
];

impl OAuthError {
    /// Reads an error reply. None of `secrets` is in what it says, whatever the reply repeats. `None` when it is not the
    /// JSON object that RFC 6749 describes.
    pub fn read(body: &[u8], secrets: &[&SecretBytes]) -> Option<Self> {
        let json: Json = serde_json::from_slice(body).ok()?;
        let error = json["error"].as_str()?;
        let description = json["error_description"].as_str().unwrap_or_default();
        let said = safe_words(&format!("{error} {description}"), secrets);
        let named = |code: &str| {
            error == code
                || description
                    .split(|c: char| !c.is_ascii_alphanumeric())
                    .any(|word| word == code)
        };
        let calls = REFUSALS.iter().find(|(code, _)| named(code));
        Some(match calls {
            Some((_, Calls::ForClient)) => Self::Client { said },
            Some((_, Calls::ForReconnecting)) => Self::Reconnect { said },
            None => Self::Other { said },
        })
    }

    /// The provider's words, safe to show.
    pub fn said(&self) -> &str {
        let (Self::Client { said } | Self::Reconnect { said } | Self::Other { said }) = self;
        said
    }
}

/// Words of the other side without the secrets they may repeat, safe to show. Before anything is cut: half a secret
/// would not be recognised.
pub fn safe_words(text: &str, secrets: &[&SecretBytes]) -> String {
    let mut text = zeroize::Zeroizing::new(text.trim().to_owned());
    for secret in secrets {
        let plain = String::from_utf8_lossy(secret.expose());
        let encoded = form_encoded(secret.expose());
        for shape in [&*plain, &String::from_utf8_lossy(&encoded)] {
            if !shape.is_empty() {
                *text = text.replace(shape, "···");
            }
        }
    }
    shown(text.as_str()).to_string()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The shapes that the two providers send; names, ids and traces are made up.
    #[test]
    fn every_refusal_is_known_by_its_code() {
        let microsoft = |error: &str, text: &str| {
            format!(
                r#"{{"error":"{error}","error_description":"{text} Trace ID: 0a1b Correlation ID: 2c3d Timestamp: 2026-01-02 03:04:05Z","error_codes":[1],"timestamp":"2026-01-02 03:04:05Z","trace_id":"0a1b","correlation_id":"2c3d","error_uri":"https:\/\/login.microsoftonline.com\/error?code=1"}}"#
            )
        };
        let google = |error: &str, text: &str| {
            format!("{{\n  \"error\": \"{error}\",\n  \"error_description\": \"{text}\"\n}}")
        };
        let bodies: [(&str, &str, String); 15] = [
            (
                "AADSTS7000222",
                "client",
                microsoft(
                    "invalid_client",
                    "AADSTS7000222: The provided client secret keys for app '11-22' are expired. Visit the Azure portal to create new keys.",
                ),
            ),
            (
                "AADSTS7000215",
                "client",
                microsoft(
                    "invalid_client",
                    "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent is the client secret value, not the client secret ID.",
                ),
            ),
            (
                "AADSTS700016",
                "client",
                microsoft(
                    "unauthorized_client",
                    "AADSTS700016: Application with identifier '11-22' was not found in the directory 'Example'.",
                ),
            ),
            (
                "AADSTS7000112",
                "client",
                microsoft(
                    "unauthorized_client",
                    "AADSTS7000112: Application '11-22'(Helpdesk) is disabled.",
                ),
            ),
            (
                "AADSTS700082",
                "reconnect",
                microsoft(
                    "invalid_grant",
                    "AADSTS700082: The refresh token has expired due to inactivity. The token was issued on 2025-09-01 and was inactive for 90.00:00:00.",
                ),
            ),
            (
                "AADSTS50173",
                "reconnect",
                microsoft(
                    "invalid_grant",
                    "AADSTS50173: The provided grant has expired due to it being revoked, a fresh auth token is needed.",
                ),
            ),
            (
                "AADSTS50076",
                "reconnect",
                microsoft(
                    "interaction_required",
                    "AADSTS50076: Due to a configuration change made by your administrator, you must use multi-factor authentication.",
                ),
            ),
            (
                "AADSTS65001",
                "reconnect",
                microsoft(
                    "invalid_request",
                    "AADSTS65001: The user or administrator has not consented to use the application with ID '11-22'.",
                ),
            ),
            (
                "invalid_client",
                "client",
                google("invalid_client", "The OAuth client was not found."),
            ),
            (
                "unauthorized_client",
                "client",
                google("unauthorized_client", "Unauthorized"),
            ),
            (
                "deleted_client",
                "client",
                google("deleted_client", "The OAuth client was deleted."),
            ),
            (
                "invalid_grant",
                "reconnect",
                google("invalid_grant", "Token has been expired or revoked."),
            ),
            (
                "interaction_required",
                "reconnect",
                microsoft("interaction_required", "AADSTS50158: External challenge."),
            ),
            (
                "",
                "other",
                microsoft(
                    "temporarily_unavailable",
                    "AADSTS90033: A transient error has occurred.",
                ),
            ),
            (
                "",
                "other",
                google(
                    "invalid_request",
                    "Mentions AADSTS70008 and not_invalid_grant.",
                ),
            ),
        ];
        for (code, kind, body) in &bodies {
            let refusal = OAuthError::read(body.as_bytes(), &[]).unwrap();
            let found = match &refusal {
                OAuthError::Client { .. } => "client",
                OAuthError::Reconnect { .. } => "reconnect",
                OAuthError::Other { .. } => "other",
            };
            assert_eq!(found, *kind, "{body}");
            assert!(refusal.said().contains(code), "{refusal:?}");
        }
        for (code, _) in REFUSALS {
            assert!(
                bodies.iter().any(|(sample, ..)| sample == code),
                "{code} has no sample"
            );
        }
        for nonsense in [
            "",
            "{}",
            "[]",
            "<html>",
            r#"{"error":7}"#,
            r#"{"error":{"code":400}}"#,
        ] {
            assert_eq!(
                OAuthError::read(nonsense.as_bytes(), &[]),
                None,
                "{nonsense}"
            );
        }
    }

    #[test]
    fn what_a_provider_says_is_bounded_and_holds_no_secret() {
        let secret = SecretBytes::from(&b"s3cret/+ value"[..]);
        let body = serde_json::json!({
            "error": "odd\u{1b}[31m",
            "error_description": format!("{} s3cret/+ value, s3cret%2F%2B%20value {}", "x".repeat(500), "y".repeat(5000)),
        });
        let refusal = OAuthError::read(body.to_string().as_bytes(), &[&secret]).unwrap();
        assert!(!refusal.said().contains("s3c"), "{refusal:?}");
        assert!(!refusal.said().contains('\u{1b}') && refusal.said().chars().count() < 600);
    }

    proptest! {
        #[test]
        fn any_reply_is_survived(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = OAuthError::read(&bytes, &[]);
        }
    }
}
