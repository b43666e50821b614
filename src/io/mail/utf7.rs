//! Names of IMAP folders on the wire: modified UTF-7 (RFC 3501, section 5.1.3). Our own, because they are only written
//! here: `utf7-imap` brings `regex` and `encoding_rs` with it.

use crate::domain::payload::base64;

/// A folder's name on the wire. FreeScout encodes what is stored, whatever it looks like.
pub(super) fn utf7(name: &str) -> String {
    let mut out = String::new();
    let mut run: Vec<u8> = Vec::new();
    let flush = |run: &mut Vec<u8>, out: &mut String| {
        if !run.is_empty() {
            let coded = base64::encode(run);
            out.push('&');
            out.push_str(&coded.trim_end_matches('=').replace('/', ","));
            out.push('-');
            run.clear();
        }
    };
    for c in name.chars() {
        match c {
            '&' => {
                flush(&mut run, &mut out);
                out.push_str("&-");
            }
            ' '..='~' => {
                flush(&mut run, &mut out);
                out.push(c);
            }
            c => {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    run.extend_from_slice(&unit.to_be_bytes());
                }
            }
        }
    }
    flush(&mut run, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::utf7;

    #[test]
    fn folder_names_go_out_as_rfc_3501_says() {
        // The example of RFC 3501, section 5.1.3.
        assert_eq!(
            utf7("~peter/mail/台北/日本語"),
            "~peter/mail/&U,BTFw-/&ZeVnLIqe-"
        );
        assert_eq!(utf7("Gesendet & Gelöschtes"), "Gesendet &- Gel&APY-schtes");
        assert_eq!(utf7("INBOX"), "INBOX");
        assert_eq!(utf7("Tom & Co"), "Tom &- Co");
        assert_eq!(utf7("Tom &- Co"), "Tom &-- Co");
        assert_eq!(utf7("a\tb\\\"c"), "a&AAk-b\\\"c");
    }
}
