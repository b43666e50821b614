//! Whether a certificate is for a server, as PHP decides it.

/// Whether one of these names is this server's, as it is configured.
pub fn is_named<'a>(host: &str, names: impl IntoIterator<Item = &'a str>) -> bool {
    names.into_iter().any(|name| matches(host, name))
}

/// Names are compared as texts, addresses too: one in brackets is nobody's. A star in the first label stands for any part of
/// it, but no point.
fn matches(host: &str, name: &str) -> bool {
    let (host, name) = (host.to_ascii_lowercase(), name.to_ascii_lowercase());
    if host == name {
        return true;
    }
    let Some((before, after)) = name.split_once('*') else {
        return false;
    };
    let middle = host
        .strip_prefix(before)
        .and_then(|rest| rest.strip_suffix(after));
    !before.contains('.') && middle.is_some_and(|middle| !middle.contains('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seen of PHP 8.2.36.
    #[test]
    fn a_star_stands_for_one_label_or_a_part_of_it() {
        for (host, name, same) in [
            ("mail.example.org", "*.Example.org", true),
            ("MAIL.example.org", "mail.example.org", true),
            ("mail1.example.org", "mail*.example.org", true),
            ("mail.example.org", "m*l.example.org", true),
            ("mail.example.org", "*il.example.org", true),
            ("localhost", "*", true),
            ("desk.example", "*.example", true),
            ("127.0.0.1", "*.0.0.1", true),
            ("127.0.0.1", "127.0.0.1", true),
            ("a.mail.example.org", "*.example.org", false),
            ("example.org", "*.example.org", false),
            ("mail.example.org", "mail.*.org", false),
            ("mail.example.org", "mail.example", false),
            ("mail.example.org.", "mail.example.org", false),
            ("[::1]", "::1", false),
        ] {
            assert_eq!(is_named(host, [name]), same, "{host} {name}");
        }
        assert!(!is_named("mail.example.org", []));
    }
}
