//! A webhook: the document for programs, posted by HTTPS.
//!
//! Only what may be better a moment later is tried again: no connection, 429, 5xx. Headers and address may hold tokens, so
//! neither stands in an error.

use std::time::Duration;

use ureq::http::{HeaderName, HeaderValue, Uri, header};

use super::message::Alert;
use super::reach::{LONGEST, Reach};
use super::secret_file;
use super::untold::NotTold;
use crate::domain::inventory::secret::SecretBytes;
use crate::domain::mail::oauth_error::safe_words;
use crate::domain::run::watch::settings::WebhookChannel;
use crate::io::os::https;
use crate::io::os::tls::without_places;
use crate::words::untrusted::Untrusted;

/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// The status of a host that has too much to do.
const TOO_MANY: u16 = 429;

/// The longest that all tries take.
pub(super) fn longest(channel: &WebhookChannel, first_pause: Duration) -> Duration {
    (0..channel.tries.max(1))
        .map(|before| channel.timeout.saturating_add(pause(first_pause, before)))
        .fold(Duration::ZERO, Duration::saturating_add)
}

/// What is waited after so many tries that failed before.
fn pause(first: Duration, before: u32) -> Duration {
    first
        .saturating_mul(1_u32.checked_shl(before).unwrap_or(u32::MAX))
        .min(LONGEST_PAUSE)
}

/// Posts the document.
pub(super) fn tell(channel: &WebhookChannel, alert: &Alert, reach: &Reach) -> Result<(), NotTold> {
    let post = Post::prepare(channel, reach)?;
    let mut before = 0;
    loop {
        let (error, again) = match post.once(&alert.json) {
            Ok(status) if (200..300).contains(&status) => return Ok(()),
            Ok(status) => {
                let again = status == TOO_MANY || status >= 500;
                (NotTold::Status(post.host.clone(), status), again)
            }
            Err(why) => (NotTold::Unreached(post.host.clone(), why), true),
        };
        if !again || before + 1 >= channel.tries {
            return Err(error);
        }
        std::thread::sleep(pause(reach.first_pause, before));
        before += 1;
    }
}

/// What is posted each time.
struct Post {
    agent: ureq::Agent,
    address: Uri,
    host: Untrusted,
    headers: Vec<(HeaderName, HeaderValue)>,
    /// What no error may hold.
    secrets: Vec<SecretBytes>,
}

impl Post {
    fn prepare(channel: &WebhookChannel, reach: &Reach) -> Result<Self, NotTold> {
        let address: Uri = channel.url.trim().parse().map_err(|_| NotTold::NotHttps)?;
        let host = match (address.scheme_str(), address.host()) {
            (Some("https"), Some(host)) if !host.is_empty() => host.into(),
            _ => return Err(NotTold::NotHttps),
        };
        let headers = headers(channel)?;
        let path = address.path_and_query().map_or("", |all| all.as_str());
        let values = headers.iter().map(|(_, value)| value.as_bytes());
        let secrets = [channel.url.trim().as_bytes(), path.as_bytes()]
            .into_iter()
            .chain(values)
            // A slash alone is in many a sentence.
            .filter(|secret| secret.len() > 1)
            .map(SecretBytes::from);
        Ok(Self {
            agent: https::agent(&reach.mail.trust, true, channel.timeout.min(LONGEST)),
            host,
            secrets: secrets.collect(),
            headers,
            address,
        })
    }

    /// The status of the reply; or why there is none.
    fn once(&self, json: &str) -> Result<u16, Untrusted> {
        let mut request = self.agent.post(&self.address);
        if let Some(all) = request.headers_mut() {
            let json = HeaderValue::from_static("application/json; charset=utf-8");
            all.insert(header::CONTENT_TYPE, json);
            for (name, value) in &self.headers {
                all.insert(name, value.clone());
            }
        }
        match request.send(json) {
            Ok(reply) => Ok(reply.status().as_u16()),
            Err(e) => {
                let secrets: Vec<&SecretBytes> = self.secrets.iter().collect();
                let why = without_places(&e.to_string());
                Err(safe_words(&why, &secrets).into())
            }
        }
    }
}

/// The lines of the file, `Name: value` each; blank ones and those that begin with `#` are passed over.
fn headers(channel: &WebhookChannel) -> Result<Vec<(HeaderName, HeaderValue)>, NotTold> {
    let Some(file) = &channel.headers_file else {
        return Ok(Vec::new());
    };
    let bytes = secret_file::read(file)?;
    let lines = bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let lines = lines
        .enumerate()
        .filter(|(_, line)| !line.is_empty() && !line.starts_with(b"#"));
    lines
        .map(|(number, line)| {
            header_of(line).ok_or_else(|| NotTold::NoHeader(file.clone(), number + 1))
        })
        .collect()
}

fn header_of(line: &[u8]) -> Option<(HeaderName, HeaderValue)> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let (name, value) = (line.get(..colon)?, line.get(colon + 1..)?);
    let name = HeaderName::from_bytes(name.trim_ascii()).ok()?;
    let mut value = HeaderValue::from_bytes(value.trim_ascii()).ok()?;
    value.set_sensitive(true);
    Some((name, value))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_end() {
        let first = Duration::from_secs(2);
        let all: Vec<u64> = (0..6).map(|n| pause(first, n).as_secs()).collect();
        assert_eq!(all, [2, 4, 8, 16, 30, 30]);
        assert_eq!(pause(first, 90), LONGEST_PAUSE);
        let channel = WebhookChannel {
            url: String::new(),
            headers_file: None,
            timeout: Duration::from_secs(10),
            tries: 3,
        };
        assert_eq!(longest(&channel, first).as_secs(), 44);
        let endless = WebhookChannel {
            timeout: Duration::MAX,
            ..channel
        };
        assert_eq!(longest(&endless, first), Duration::MAX);
    }

    #[test]
    fn headers_are_names_and_values() {
        let (name, value) = header_of(b"X-Token:  a:b c ").unwrap();
        assert_eq!(
            (name.as_str(), value.as_bytes()),
            ("x-token", &b"a:b c"[..])
        );
        assert!(!format!("{value:?}").contains("a:b"));
        for wrong in [&b"no colon"[..], b": value", b"bad name: x", b"a: b\x01"] {
            assert!(header_of(wrong).is_none(), "{wrong:?}");
        }
    }
}
