//! Whether a certificate is for a server, as PHP decides it.

/// Whether one of these names is this server's. The common name counts where there are no alternative names.
pub fn is_named(host: &str, alternative: Option<&[String]>, common: Option<&str>) -> bool {
    match alternative {
        Some(names) => names.iter().any(|name| matches(host, name)),
        None => common.is_some_and(|name| matches(host, name)),
    }
}

/// Names are compared as texts, addresses too. A star in the first label stands for any part of it, but no point.
fn matches(host: &str, name: &str) -> bool {
    let host = host.trim_matches(['[', ']']).to_ascii_lowercase();
    let name = name.to_ascii_lowercase();
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

    #[test]
    fn a_star_stands_for_one_label_or_a_part_of_it() {
        for (host, name, same) in [
            ("mail.example.org", "*.Example.org", true),
            ("MAIL.example.org", "mail.example.org", true),
            ("mail1.example.org", "mail*.example.org", true),
            ("a.mail.example.org", "*.example.org", false),
            ("example.org", "*.example.org", false),
            ("mail.example.org", "mail.*.org", false),
            ("mail.example.org", "mail.example", false),
            ("127.0.0.1", "127.0.0.1", true),
            ("[::1]", "::1", true),
        ] {
            assert_eq!(matches(host, name), same, "{host} {name}");
        }
    }

    #[test]
    fn the_common_name_counts_where_there_is_no_other() {
        let other = ["www.example.org".to_owned()];
        assert!(is_named("mail.example.org", None, Some("mail.example.org")));
        assert!(!is_named(
            "mail.example.org",
            Some(&other),
            Some("mail.example.org")
        ));
        assert!(!is_named("mail.example.org", None, None));
    }
}
