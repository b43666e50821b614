//! Forms that keep their content as streams of usual packers, each of which ends by itself: whoever looks for these streams
//! reads what lies in them, without knowing the form.

use super::UnreadForm;

/// A form whose content is packed so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamsIn {
    /// Which.
    pub form: UnreadForm,
    /// Whether all of it is: otherwise it may be packed in other ways, too.
    pub all: bool,
}

/// How squashfs packs, by the number in its superblock: gzip, xz and zstd, not lzma, lzo and lz4.
const OF_SQUASHFS: [u8; 3] = [1, 4, 6];

/// What a file that begins so is, where it holds such streams.
pub fn streams_in(head: &[u8]) -> Option<StreamsIn> {
    let (form, all) = match head {
        [b'h', b's', b'q', b's', ..] if head.get(20).is_some_and(|n| OF_SQUASHFS.contains(n)) => {
            (UnreadForm::Squashfs, true)
        }
        [0x45, 0x3d, 0xcd, 0x28, ..] | [0x28, 0xcd, 0x3d, 0x45, ..] => (UnreadForm::Cramfs, true),
        [0x37, 0xe4, 0x53, 0x96, 0xc9, 0xdb, 0xd6, 0x07, ..] => (UnreadForm::Zisofs, true),
        [0, 0, 0, 0x7b, ..] => (UnreadForm::Dar, false),
        [b'F', b's', b'A', b'r', b'C', b'h', b'_', b'0', ..] => (UnreadForm::Fsarchiver, false),
        [b'x', b'a', b'r', b'!', ..] => (UnreadForm::Xar, false),
        // Contents of files, each deflated, in the form until 2023: as its programs close it, and as they leave it.
        [0x1f, 0x2f, 0x3f, 0x4f, ..] | [0x12, 0xad, 0x34, 0xe4, ..] => {
            (UnreadForm::JetBrains, true)
        }
        // Blobs and chunks that are not encrypted, behind a checksum.
        [49, 185, 88, 66, 111, 182, 163, 127, ..] => (UnreadForm::Proxmox, true),
        _ if head.starts_with(b"AMANDA: FILE ") => (UnreadForm::Amanda, false),
        _ => return None,
    };
    Some(StreamsIn { form, all })
}

/// Whether a file of this name that begins so is Mercurial's history of one: differences, each packed by itself, which are
/// whole lines. A long one has a part beside it that does not say what it is.
pub fn is_revlog(name: &[u8], head: &[u8], in_repository: bool) -> bool {
    name.ends_with(b".i") && matches!(head, [0, 0..=3, 0, 1, ..])
        || name.ends_with(b".d") && in_repository
}

#[cfg(test)]
mod tests {
    use super::super::by_content;
    use super::*;

    #[test]
    fn what_holds_streams_is_what_its_mark_says() {
        let mut squashfs = [0; 512];
        squashfs[..4].copy_from_slice(b"hsqs");
        for (packing, read) in [
            (1, true),
            (2, false),
            (3, false),
            (4, true),
            (5, false),
            (6, true),
        ] {
            squashfs[20] = packing;
            assert_eq!(streams_in(&squashfs).is_some(), read, "{packing}");
        }
        for head in [
            &b"FsArCh_002"[..],
            b"xar!",
            b"AMANDA: FILE x",
            b"\x45\x3d\xcd\x28",
            b"\0\0\0\x7b",
        ] {
            assert_eq!(
                streams_in(head).map(|streams| streams.form),
                by_content(head)
            );
        }
        for head in [&b""[..], b"h", b"hsqs", b"text", &[0; 512]] {
            assert_eq!(streams_in(head), None);
        }
    }

    #[test]
    fn revlogs_are_told_by_name_and_beginning() {
        assert!(is_revlog(b"env.i", &[0, 3, 0, 1, 0, 0], false));
        assert!(!is_revlog(b"env.i", b"text", false));
        assert!(!is_revlog(b"env.d", b"x", false));
        assert!(is_revlog(b"env.d", b"x", true));
    }
}
