//! Where PHP connects to for a server as it is stored. `stream_socket_client` gets `host:port` in one text and takes it
//! apart again: brackets come off, what stands behind the first colon is the port, and blanks belong to the name.

/// A name or an address, and a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// What is looked up, without brackets.
    pub host: String,
    /// The port; 0 where none can be read.
    pub port: u16,
    /// Whether PHP has no name to compare with the certificate's: with brackets or a port in the stored name, it never
    /// matches one.
    pub matches_no_certificate: bool,
}

impl Endpoint {
    /// Takes apart what is stored; `None` where nothing is left that could be looked up.
    pub fn of(host: &str, port: u16) -> Option<Self> {
        let (name, behind) = match host.strip_prefix('[') {
            Some(rest) => {
                let (name, behind) = rest.split_once(']')?;
                match behind.strip_prefix(':') {
                    None if behind.is_empty() => (name, None),
                    behind => (name, Some(behind?)),
                }
            }
            None => match host.split_once(':') {
                Some((name, behind)) => (name, Some(behind)),
                None => (host, None),
            },
        };
        if name.is_empty() || name.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return None;
        }
        Some(Self {
            host: name.to_owned(),
            port: behind.map_or(port, leading_number),
            matches_no_certificate: name != host,
        })
    }
}

/// C's `atoi`, as far as ports go.
fn leading_number(text: &str) -> u16 {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    text[..digits].parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_taken_apart_as_php_does() {
        for (stored, expected) in [
            ("mail.example.org", Some(("mail.example.org", 143, false))),
            ("127.1", Some(("127.1", 143, false))),
            ("[::1]", Some(("::1", 143, true))),
            ("[127.0.0.1]", Some(("127.0.0.1", 143, true))),
            ("[::1]:993", Some(("::1", 993, true))),
            (
                "mail.example.org:993",
                Some(("mail.example.org", 993, true)),
            ),
            (
                "mail.example.org:99/x",
                Some(("mail.example.org", 99, true)),
            ),
            ("ssl://mail.example.org", Some(("ssl", 0, true))),
            ("2001:db8::1", Some(("2001", 0, true))),
            ("::1", None),
            ("[::1", None),
            ("[::1]x", None),
            (" mail.example.org", None),
            ("mail.example.org ", None),
            ("mail.example.org\t", None),
            ("a b", None),
            ("", None),
        ] {
            let found = Endpoint::of(stored, 143);
            let found = found
                .as_ref()
                .map(|e| (e.host.as_str(), e.port, e.matches_no_certificate));
            assert_eq!(found, expected, "{stored:?}");
        }
    }
}
