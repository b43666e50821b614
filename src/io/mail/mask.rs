//! What was sent as a credential is not shown when a server sends it back: as it is, quoted, or in base64.
//!
//! Texts are compared after they were made safe to show, in any case, and also where they were cut.

use zeroize::Zeroizing;

use super::xoauth2::xoauth2_message;
use crate::domain::inventory::secret::SecretBytes;
use crate::domain::mail::MailServer;
use crate::domain::payload::base64;
use crate::words::untrusted::{MAX_SHOWN_CHARS, shown};

/// So many characters at the end of a text that was cut are taken for the beginning of a secret.
const AT_THE_CUT: usize = 4;
/// A beginning of this length gives a coded or long secret away: it does not stand there by chance.
const BY_NO_CHANCE: usize = 16;
/// Shorter secrets are hidden only as whole words, or every other letter of a reply would be missing.
const SHORT: usize = 4;

/// The forms of the credential of one test.
#[derive(Default)]
pub(super) struct Masks(Vec<Mask>);

struct Mask {
    text: Zeroizing<String>,
    /// How many of its characters, from the first, make it known.
    least: usize,
}

impl Masks {
    /// The forms in which a credential goes to a server.
    pub(super) fn of(target: &MailServer, credential: Option<&SecretBytes>) -> Self {
        let mut masks = Self::default();
        let (Some(secret), Some(user)) = (credential, target.login.user()) else {
            return masks;
        };
        masks.add(secret.expose());
        let quoted = secret.expose().iter().flat_map(|byte| {
            let escape = matches!(byte, b'"' | b'\\').then_some(b'\\');
            escape.into_iter().chain([*byte])
        });
        masks.add(&Zeroizing::new(quoted.collect::<Vec<u8>>()));
        let (user, nul) = (user.as_bytes(), &b"\0"[..]);
        let plain = Zeroizing::new([user, nul, user, nul, secret.expose()].concat());
        masks.add_coded(secret.expose());
        masks.add_coded(&plain);
        masks.add_text(&xoauth2_message(
            target.login.user().unwrap_or_default(),
            secret,
        ));
        masks
    }

    /// These bytes are not to be shown.
    pub(super) fn add(&mut self, secret: &[u8]) {
        self.add_text(&String::from_utf8_lossy(secret));
        if secret.len() <= MAX_SHOWN_CHARS {
            self.add_text(&shown(secret).to_string());
        }
    }

    /// Nor these in base64.
    pub(super) fn add_coded(&mut self, secret: &[u8]) {
        self.add_text(&Zeroizing::new(base64::encode(secret)));
    }

    fn add_text(&mut self, text: &str) {
        if !text.is_empty() && self.0.iter().all(|form| *form.text != text) {
            self.0.push(Mask {
                least: match text.chars().count() {
                    long if long >= 2 * BY_NO_CHANCE => BY_NO_CHANCE,
                    all => all,
                },
                text: Zeroizing::new(text.to_owned()),
            });
        }
    }

    /// The text, with `…` in place of each secret.
    pub(super) fn hide(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let (mut rest, mut before) = (text, None);
        while let Some(first) = rest.chars().next() {
            let hidden = self.0.iter().map(|form| form.begins(rest, before)).max();
            let taken = match hidden {
                Some(length) if length > 0 => {
                    out.push('…');
                    length
                }
                _ => {
                    out.push(first);
                    first.len_utf8()
                }
            };
            before = rest[..taken].chars().next_back();
            rest = &rest[taken..];
        }
        out
    }
}

impl Mask {
    /// How many bytes of this text are the secret, or so much of it that it is known; `before` stands before them.
    fn begins(&self, text: &str, before: Option<char>) -> usize {
        let alike = || {
            let pairs = text.chars().zip(self.text.chars());
            pairs.take_while(|(a, b)| a == b || a.to_lowercase().eq(b.to_lowercase()))
        };
        let (count, bytes) =
            alike().fold((0, 0), |(n, length), (c, _)| (n + 1, length + c.len_utf8()));
        let after = text[bytes..].chars().next();
        let in_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let known = if self.least < SHORT {
            count == self.least && !in_word(before) && !in_word(after)
        } else {
            count >= self.least || count >= AT_THE_CUT && matches!(after, None | Some('…'))
        };
        if known { bytes } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::Masks;

    fn hide(secret: &[u8], text: &str) -> String {
        let mut masks = Masks::default();
        masks.add(secret);
        masks.hide(text)
    }

    #[test]
    fn secrets_are_hidden_in_any_case_and_where_a_text_was_cut() {
        assert_eq!(hide(b"Geheim7", "no: geheim7, GEHEIM7!"), "no: …, …!");
        assert_eq!(
            hide("Übermut".as_bytes(), "no: ÜBERMUT, übermut"),
            "no: …, …"
        );
        assert_eq!(hide(b"Geheim7", "no: Gehei"), "no: …");
        assert_eq!(hide(b"Geheim7", "no: Gehei…"), "no: ……");
        assert_eq!(hide(b"Geheim7", "no: Geheimnis"), "no: Geheimnis");
        assert_eq!(hide("pä\x1b".as_bytes(), "x pä· y"), "x … y");
        assert_eq!(hide(b"p\xe4", "x p\\xe4 y"), "x … y");
    }

    #[test]
    fn a_short_password_takes_no_letters_away() {
        assert_eq!(hide(b"a", "a bad day, \"a\""), "… bad day, \"…\"");
        assert_eq!(hide(b"", "words"), "words");
    }
}
