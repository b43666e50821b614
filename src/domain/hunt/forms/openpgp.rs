//! Messages of OpenPGP (RFC 9580) without armour: they have no mark, but the first packet has a narrow form.

/// Whether a file begins with the packet of a session key: for a public key (tag 1), or for a passphrase (tag 3).
pub(super) fn begins(head: &[u8]) -> bool {
    let Some((first, rest)) = head.split_first() else {
        return false;
    };
    let tag = match first {
        0xc0..=0xff => first & 0x3f,
        0x80..=0xbf => first >> 2 & 0xf,
        _ => return false,
    };
    let (length, body) = match (first & 0x40 != 0, first & 3, rest) {
        (true, _, [length @ 0..=191, body @ ..]) => (usize::from(*length), body),
        (true, _, [high @ 192..=223, low, body @ ..]) => {
            let length = (usize::from(*high) - 192) * 256 + usize::from(*low) + 192;
            (length, body)
        }
        (false, 0, [length, body @ ..]) => (usize::from(*length), body),
        (false, 1, [high, low, body @ ..]) => (usize::from(*high) << 8 | usize::from(*low), body),
        _ => return false,
    };
    match (tag, body) {
        // Version, key, algorithm: RSA, Elgamal, ECDH, X25519, X448.
        (1, [3, _, _, _, _, _, _, _, _, 1 | 2 | 16 | 18 | 25 | 26, ..]) => {
            (40..=2200).contains(&length)
        }
        (1, [6, ..]) => (40..=2200).contains(&length),
        // Version, cipher, kind of passphrase's hash, hash.
        (3, [4, 1..=13, 0 | 1 | 3, 1..=14, ..]) => (4..=80).contains(&length),
        (3, [5, 1..=13, 1..=3, 0 | 1 | 3, ..]) => (8..=110).contains(&length),
        (3, [6, _, 1..=13, 1..=3, ..]) => (8..=130).contains(&length),
        _ => false,
    }
}

/// Whether a file holds keys or signatures, not a message: nothing in it is encrypted, whatever its name.
pub(super) fn is_keyring(head: &[u8]) -> bool {
    let keybox = head.get(8..12) == Some(b"KBXf");
    let tag = match head.first() {
        Some(first @ 0xc0..=0xff) => first & 0x3f,
        Some(first @ 0x80..=0xbf) => first >> 2 & 0xf,
        _ => 0,
    };
    // A signature, a secret key, a public key.
    keybox || matches!(tag, 2 | 5 | 6)
}

#[cfg(test)]
mod tests {
    use super::{begins, is_keyring};

    #[test]
    fn keys_and_signatures_are_no_messages() {
        // A public key as old and as new packets, a secret key, a signature, gpg's keybox.
        let heads: [&[u8]; 5] = [
            b"\x99\x02\x0d\x04\x5c",
            b"\xc6\x33\x04\x64",
            b"\x95\x03\x98\x04",
            b"\x89\x01\xb3\x04\x00",
            b"\0\0\0\x20\x01\x01\0\x02KBXf\0\0",
        ];
        for head in heads {
            assert!(is_keyring(head), "{head:x?}");
        }
        assert!(
            !is_keyring(b"\x8c\x0d\x04\x09\x03\x02")
                && !is_keyring(b"")
                && !is_keyring(b"\xa3\x02")
        );
    }

    #[test]
    fn packets_of_session_keys_begin_a_message() {
        // As gpg 2.2 writes them: for a passphrase, for an RSA key of 3072 bits, for Curve25519.
        let passphrase = b"\x8c\x0d\x04\x09\x03\x02\x3d\x62\x31\xf6\x5c\x11\xbe\xd7\xff\xd2";
        let rsa = b"\x85\x01\x8c\x03\x11\x22\x33\x44\x55\x66\x77\x88\x01\x0c\x00\x9b";
        let curve = b"\x84\x5e\x03\x11\x22\x33\x44\x55\x66\x77\x88\x12\x01\x07\x40\x33";
        for head in [&passphrase[..], rsa, curve] {
            assert!(begins(head), "{head:x?}");
        }
    }

    #[test]
    fn other_bytes_do_not() {
        let cases: [&[u8]; 6] = [
            b"",
            b"\x8c",
            b"APP_KEY=",
            b"\x8c\x0d\x04\xff\x03\x02\x3d",
            b"\x85\x01\x8c\x07\x11\x22\x33\x44\x55\x66\x77\x88\x01",
            b"\xff\xd8\xff\xe0\x00\x10JFIF",
        ];
        for head in cases {
            assert!(!begins(head), "{head:x?}");
        }
    }
}
