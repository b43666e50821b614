//! Git's packs and loose objects: read within bounds, each object with the name it has.
//!
//! The first byte says what the rest is: `p` a pack as it stands; `i` a pack and its index, the length of the index in two
//! bytes before them; `l` a loose object before it is packed; anything else a list of a pack's objects, each a head, a
//! length, and what is packed behind it: a difference is reached so without guessing its packed bytes.

use std::io::Write;
use std::path::Path;

use freescout_rescue::io::hunt::SkipReason;
use freescout_rescue::io::hunt::git::{self, GitLimits, GitRead};
use tempfile::TempDir;

use super::{assert_clean, take, take_below};

const LIMITS: GitLimits = GitLimits {
    object: 64 << 10,
    unpacked: 1 << 20,
    ratio: 0,
    skipped: 8,
};

thread_local! {
    /// One store a thread: making a new one costs more than the check.
    static STORE: TempDir = tempfile::tempdir().expect("a temporary folder");
}

pub(super) fn check(mut bytes: &[u8]) {
    let how = take(&mut bytes, 1).first().copied();
    STORE.with(|store| {
        let objects = store.path().join("objects");
        let pack = objects.join("pack/pack-x.pack");
        let index = objects.join("pack/pack-x.idx");
        let loose = objects.join("ab/cdef");
        for file in [&pack, &index, &loose] {
            if let Some(folder) = file.parent() {
                std::fs::create_dir_all(folder).expect("a temporary folder");
            }
            // There may be none of the last time.
            let _ = std::fs::remove_file(file);
        }
        match how {
            Some(b'p') => write(&pack, bytes),
            Some(b'i') => {
                let length = take_below(&mut bytes, usize::MAX);
                write(&index, take(&mut bytes, length));
                write(&pack, bytes);
            }
            Some(b'l') => write(&loose, &packed(bytes)),
            _ => write(&pack, &packed_objects(bytes)),
        }
        read(store.path());
    });
}

fn write(path: &Path, bytes: &[u8]) {
    std::fs::write(path, bytes).expect("the temporary folder takes a file");
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut packing = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::none());
    packing.write_all(bytes).expect("memory takes it");
    packing.finish().expect("memory takes it")
}

/// Up to eight bytes of a head, one of their number; then two bytes of a length, and so many to be packed.
fn packed_objects(mut bytes: &[u8]) -> Vec<u8> {
    let mut pack = b"PACK\0\0\0\x02\0\0\0\x20".to_vec();
    while !bytes.is_empty() {
        let head = take_below(&mut bytes, 9);
        pack.extend_from_slice(take(&mut bytes, head));
        let length = take_below(&mut bytes, 1 << 12);
        pack.extend_from_slice(&packed(take(&mut bytes, length)));
    }
    pack
}

fn read(store: &Path) {
    assert!(git::is_store(store) || git::store_of(&store.join("objects")).is_some());
    let (mut given, mut unpacked) = (0, 0);
    let GitRead {
        objects,
        skipped,
        skipped_more,
    } = git::objects(store, &LIMITS, &|| false, &mut |object, content| {
        given += 1;
        assert!(!object.id.is_empty() && object.id.len() < 100);
        assert_clean(&object.id);
        let mut bytes = Vec::new();
        content
            .read_to_end(&mut bytes)
            .map_err(|e| SkipReason::Broken(e.to_string()))?;
        unpacked += bytes.len() as u64;
        Ok(())
    });
    assert_eq!(objects, given);
    // What was unpacked as another's base is given once more without being unpacked.
    assert!(unpacked <= 2 * LIMITS.unpacked, "{unpacked} bytes");
    assert!(skipped.len() <= LIMITS.skipped);
    assert!(skipped_more == 0 || skipped.len() == LIMITS.skipped);
    for skipped in &skipped {
        assert_clean(&skipped.why.to_string());
        skipped
            .inside
            .iter()
            .for_each(|name| assert_clean(&name.to_string()));
    }
}
