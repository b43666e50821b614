//! Addresses as FreeScout's mailer (Swift Mailer) puts them on the wire, and whom a refused recipient is about.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

/// Why FreeScout does not send from an address, or to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressFault {
    /// Letters before the `@` that are not ASCII: it gives up before it sends anything.
    LocalPart,
    /// A domain that has no ASCII form.
    Domain,
}

/// The address as it is sent: a domain of other letters in its ASCII form (IDNA). The local part stays as it is.
///
/// # Errors
/// [`AddressFault`].
pub fn on_the_wire(address: &str) -> Result<Cow<'_, str>, AddressFault> {
    let Some((local, domain)) = address.rsplit_once('@') else {
        return Ok(Cow::Borrowed(address));
    };
    if !local.is_ascii() {
        return Err(AddressFault::LocalPart);
    }
    if domain.is_ascii() {
        return Ok(Cow::Borrowed(address));
    }
    let domain = ascii_domain(domain).ok_or(AddressFault::Domain)?;
    Ok(Cow::Owned(format!("{local}@{domain}")))
}

/// Whether FreeScout's mailer takes it for an address at all (RFC 2822): letters that are not ASCII are looked at later,
/// when it goes on the wire.
pub fn is_written_well(address: &str) -> bool {
    let Some((local, domain)) = address.trim().rsplit_once('@') else {
        return false;
    };
    let quoted = local.len() > 2 && local.starts_with('"') && local.ends_with('"');
    let special = |c: char| c.is_control() || "()<>[]:;,\\\"@ ".contains(c);
    let words = |text: &str| {
        text.split('.')
            .all(|word| !word.is_empty() && !word.contains(special))
    };
    let literal = domain.starts_with('[') && domain.ends_with(']');
    (quoted || words(local)) && (literal || words(domain))
}

/// UTS 46 as PHP's `idn_to_ascii` does it with its default option (transitional), but for the tables of letters that are
/// not allowed: an address with one of those is refused by the server.
fn ascii_domain(domain: &str) -> Option<String> {
    let small: String = domain.nfkc().flat_map(char::to_lowercase).collect();
    let mapped = small
        .replace(INVISIBLE, "")
        .replace('ß', "ss")
        .replace('ς', "σ")
        .replace('。', ".");
    let mapped: String = mapped.nfc().collect();
    let labels = mapped.split('.').map(|label| {
        if label.is_ascii() {
            return (!label.is_empty()).then(|| label.to_owned());
        }
        Some(format!("xn--{}", idna::punycode::encode_str(label)?))
            // The longest label there is (RFC 1035).
            .filter(|label| label.len() <= 63)
    });
    Some(labels.collect::<Option<Vec<String>>>()?.join("."))
}

/// What is not seen is left out: soft hyphens, zero-width blanks and joiners.
const INVISIBLE: [char; 5] = ['\u{ad}', '\u{200b}', '\u{200c}', '\u{200d}', '\u{2060}'];

/// Words of servers that send no enhanced code, in small letters.
const OF_RECIPIENT: &[&str] = &[
    "user unknown",
    "unknown user",
    "no such user",
    "unrouteable address",
    "mailbox full",
    "mailbox is full",
    "over quota",
    "quota exceeded",
];

/// Whether a refusal of RCPT TO is about that recipient alone: no such mailbox, or a full or closed one (RFC 3463). Mail
/// to others may leave then. Relaying that is denied, policies and greylisting are about whoever sends.
pub fn is_about_recipient(said: &str) -> bool {
    let said = without_addresses(said).to_ascii_lowercase();
    if said.contains("sender") {
        return false;
    }
    match enhanced_code(&said) {
        Some((1, detail)) => matches!(detail, 1..=3 | 6 | 10),
        Some((2, detail)) => matches!(detail, 1..=4),
        Some(_) => false,
        None => OF_RECIPIENT.iter().any(|words| said.contains(words)),
    }
}

/// Whether a refusal names the sender as its reason, even one for the time being: a domain that is not found (Postfix: 450)
/// is not there in an hour either.
pub fn is_about_sender(said: &str) -> bool {
    let said = without_addresses(said).to_ascii_lowercase();
    matches!(enhanced_code(&said), Some((1, 7 | 8))) || said.contains("sender address rejected")
}

/// Subject and detail of RFC 3463's code, which follows the reply's own.
fn enhanced_code(said: &str) -> Option<(u16, u16)> {
    let mut parts = said.get(4..)?.split_ascii_whitespace().next()?.split('.');
    let class = parts.next()?;
    let (subject, detail) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    (matches!(class, "2" | "4" | "5") && parts.next().is_none()).then_some((subject, detail))
}

/// A mailbox may be called `sender@…`.
fn without_addresses(said: &str) -> String {
    let mut depth = 0_usize;
    said.chars()
        .filter(|c| {
            match c {
                '<' => depth += 1,
                '>' => depth = depth.saturating_sub(1),
                _ => return depth == 0,
            }
            false
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_go_out_as_swift_mailer_writes_them() {
        use AddressFault::{Domain, LocalPart};
        let long = format!("a@{}.example", "ä".repeat(80));
        for (stored, sent) in [
            ("Info@Example.org", Ok("Info@Example.org")),
            ("info@müller.example", Ok("info@xn--mller-kva.example")),
            ("info@MÜLLER.Example", Ok("info@xn--mller-kva.example")),
            (
                "info@mu\u{308}ller.example",
                Ok("info@xn--mller-kva.example"),
            ),
            ("info@straße.example", Ok("info@strasse.example")),
            ("info@ςσ.example", Ok("info@xn--4xaa.example")),
            ("info@a\u{ad}ä.example", Ok("info@xn--a-0fa.example")),
            ("info@日本語。jp", Ok("info@xn--wgv71a119e.jp")),
            ("jürgen@example.org", Err(LocalPart)),
            ("jürgen@müller.example", Err(LocalPart)),
            (&long, Err(Domain)),
            ("a@ä..example", Err(Domain)),
            ("nobody", Ok("nobody")),
        ] {
            let found = on_the_wire(stored);
            assert_eq!(found.as_deref().map_err(|e| *e), sent, "{stored}");
        }
    }

    #[test]
    fn what_is_no_address_is_not_sent_from() {
        for (address, good) in [
            ("support@example.org", true),
            ("jürgen+a@müller.example", true),
            ("\"a b\"@example.org", true),
            ("a@[192.0.2.1]", true),
            ("a..b@example.org", false),
            ("a.@example.org", false),
            (".a@example.org", false),
            ("a b@example.org", false),
            ("a@b@example.org", false),
            ("a@example..org", false),
            ("a@", false),
            ("@example.org", false),
            ("nobody", false),
            ("", false),
        ] {
            assert_eq!(is_written_well(address), good, "{address}");
        }
    }

    #[test]
    fn a_refused_recipient_is_told_from_a_refused_sender() {
        for (said, recipient, sender) in [
            (
                "550 5.1.1 <a@b.example>: Recipient address rejected: User unknown in local recipient table",
                true,
                false,
            ),
            ("552 5.2.2 <a@b.example>: mailbox full", true, false),
            ("452 4.2.2 Over quota", true, false),
            (
                "550 5.2.1 <sender@b.example> The mailbox is disabled",
                true,
                false,
            ),
            ("550 Unrouteable address", true, false),
            ("550 No such user here", true, false),
            (
                "553 5.7.1 <a@b.example>: Sender address rejected: not owned by user a",
                false,
                true,
            ),
            (
                "550 5.1.0 <a@b.example>: Sender address rejected: User unknown in virtual mailbox table",
                false,
                true,
            ),
            (
                "450 4.1.8 <a@b.example>: Sender address rejected: Domain not found",
                false,
                true,
            ),
            ("550 5.1.7 Invalid address", false, true),
            ("554 5.7.1 <a@b.example>: Relay access denied", false, false),
            ("550 relay not permitted", false, false),
            (
                "450 4.2.0 <a@b.example>: Recipient address rejected: Greylisted",
                false,
                false,
            ),
            (
                "451 4.7.1 Greylisting in action, please come back later",
                false,
                false,
            ),
            ("550", false, false),
            ("5", false, false),
        ] {
            assert_eq!(is_about_recipient(said), recipient, "{said}");
            assert_eq!(is_about_sender(said), sender, "{said}");
        }
    }
}
