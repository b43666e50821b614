//! Zip files as real programs write them, and as nobody should: endless directories, cut ones, lies.

use std::path::Path;
use std::process::Command;

use freescout_rescue::io::hunt::{HuntLimits, SkipReason};

use super::archives::{noise, xz, zst};
use super::{KEY, env, folder, only_skip, search, shell, zip};
use crate::cli::Bench;

/// Python's own writer, which knows forms that others seldom write. The arguments: the file, its text, the form.
const MAKER: &str = r"
import io, sys, zipfile
path, text, form = sys.argv[1:]
class Stream(io.RawIOBase):
    def __init__(self): self.bytes = bytearray()
    def writable(self): return True
    def write(self, more): self.bytes += more; return len(more)
out = Stream() if form.startswith('streamed') else io.BytesIO()
method = {'stored': 0, 'bzip2': 12, 'lzma': 14}.get(form.split()[-1], 8)
with zipfile.ZipFile(out, 'w', method) as archive:
    archive.comment = b'PK\5\6 of a backup' if form == 'comment' else b''
    archive.writestr('html/', b'')
    for name, content in ('html/index.php', 'x' * 99999), ('html/.env', text):
        with archive.open(zipfile.ZipInfo(name) if method == 0 else name, 'w', force_zip64=form == 'large') as member:
            member.write(content.encode())
whole = bytes(out.bytes) if isinstance(out, Stream) else out.getvalue()
before = io.BytesIO()
if form == 'behind another':
    with zipfile.ZipFile(before, 'w') as archive:
        archive.writestr('other', b'nothing')
open(path, 'wb').write(before.getvalue() + whole)
";

fn made(path: &Path, form: &str) {
    let text = String::from_utf8(env()).unwrap();
    let output = Command::new("python3")
        .args(["-c", MAKER, path.to_str().unwrap(), &text, form])
        .output()
        .expect("python3 is missing: tests/check.sh installs what the tests need");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{form}: {said}");
}

#[test]
fn zip_files_are_read_however_they_are_written() {
    for form in [
        "deflated",
        "stored",
        "streamed",
        "streamed stored",
        "large",
        "comment",
        "behind another",
        "bzip2",
        "lzma",
    ] {
        let folder = folder();
        made(&folder.path().join("site.zip"), form);
        let (found, looked) = search(folder.path());
        assert!(
            looked.skipped.is_empty(),
            "{form}: {}",
            looked.skipped[0].why
        );
        assert_eq!(found.len(), 1, "{form}");
        assert_eq!(found[0].0, KEY, "{form}");
        assert_eq!(found[0].1[0], "html/.env", "{form}");
        assert_eq!(found[0].2, Some(2), "{form}");
    }
}

/// 7-Zip's own writer, by its name of the method.
fn seven_zip(folder: &Path, method: &str) {
    std::fs::create_dir(folder.join("html")).unwrap();
    let text = [vec![b'x'; 99_999], env()].concat();
    std::fs::write(folder.join("html/.env"), text).unwrap();
    let line = format!("7z a -bd -bso0 -tzip -mm={method} site.zip html && rm -r html");
    shell(folder, &line);
}

#[test]
fn zip_files_of_other_methods_are_read_or_named_by_them() {
    for method in ["Deflate64", "LZMA", "BZip2", "Copy"] {
        let folder = folder();
        seven_zip(folder.path(), method);
        let (found, looked) = search(folder.path());
        assert_eq!((found.len(), looked.skipped.len()), (1, 0), "{method}");
        assert_eq!(found[0].1[0], "html/.env");
    }
    for (number, packed) in [(93, zst(&env())), (95, xz(&env())), (20, zst(&env()))] {
        let folder = folder();
        std::fs::write(folder.path().join("x.zip"), by_method(number, &packed)).unwrap();
        let (found, looked) = search(folder.path());
        assert_eq!((found.len(), looked.skipped.len()), (1, 0), "{number}");
        assert_eq!(found[0].1[0], ".env");
    }
    let ppmd = folder();
    seven_zip(ppmd.path(), "PPMd");
    let (_, looked) = search(ppmd.path());
    let why = SkipReason::NotRead("zip with the method PPMd".to_owned());
    assert_eq!(looked.skipped[0].why, why);
    assert_eq!(looked.skipped[0].inside, ["html/.env"]);
    let (why, _) = only_skip("x.zip", &by_method(77, b"?"), HuntLimits::default());
    assert_eq!(
        why.to_string(),
        "packed as zip with the method 77, which is not supported: unpack it first"
    );
}

/// A zip file whose member, stored so, is said to be packed by this method.
fn by_method(method: u8, packed: &[u8]) -> Vec<u8> {
    let mut bytes = stored_zip(&[(".env", packed)]);
    let directory = bytes.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
    bytes[8] = method;
    bytes[directory + 10] = method;
    bytes
}

/// A zip file of members that are not packed.
fn stored_zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    let options = options.compression_method(zip::CompressionMethod::Stored);
    for (name, content) in members {
        bytes.start_file(*name, options).unwrap();
        std::io::Write::write_all(&mut bytes, content).unwrap();
    }
    bytes.finish().unwrap().into_inner()
}

#[test]
fn a_member_of_lzma_that_lies_is_said() {
    let whole = by_method(
        14,
        &[&[9, 20, 5, 0, 0x5d, 0, 0, 1, 0][..], &[0; 40]].concat(),
    );
    let at = whole.windows(3).position(|w| w == [9, 20, 5]).unwrap();
    for (place, byte) in [(2, 6), (3, 1), (4, 0xff), (9, 1)] {
        let mut bytes = whole.clone();
        bytes[at + place] = byte;
        let (why, _) = only_skip("x.zip", &bytes, HuntLimits::default());
        assert!(matches!(why, SkipReason::Broken(_)), "{place}: {why}");
    }
    let mut large = whole;
    large[at + 8] = 0x40;
    let (why, _) = only_skip("x.zip", &large, HuntLimits::default());
    assert_eq!(why, SkipReason::Memory(1026));
}

#[test]
fn zip_files_in_parts_are_read_where_all_are_there() {
    for (line, first, second) in [
        ("zip -q -r -s 64k site.zip html", "site.z01", "site.z02"),
        ("zip -q -0 -r -s 64k site.zip html", "site.z01", "site.z02"),
        (
            "7z a -bd -bso0 -tzip -v64k site.zip html",
            "site.zip.001",
            "site.zip.002",
        ),
    ] {
        let folder = folder();
        let at = folder.path();
        std::fs::create_dir(at.join("html")).unwrap();
        std::fs::write(at.join("html/.noise"), noise(180_000)).unwrap();
        std::fs::write(at.join("html/env"), env()).unwrap();
        shell(at, &format!("{line} && rm -r html"));
        let (found, looked) = search(at);
        let why: Vec<_> = looked.skipped.iter().map(|s| (&s.path, &s.why)).collect();
        assert!(why.is_empty(), "{line}: {why:?}");
        assert!(!found.is_empty(), "{line}");
        assert_eq!(found[0].1, ["html/env"], "{line}");
        // One of them is missing: all that is left are parts.
        std::fs::remove_file(at.join(second)).unwrap();
        let (_, looked) = search(at);
        let why: Vec<_> = looked.skipped.iter().map(|s| (&s.path, &s.why)).collect();
        assert!(
            why.contains(&(&at.join(first), &SkipReason::Part)),
            "{line}: {why:?}"
        );
        let broken = why
            .iter()
            .any(|(_, why)| matches!(why, SkipReason::Broken(_)));
        assert!(!broken, "{line}: {why:?}");
    }
}

#[test]
fn a_zip_file_without_its_end_is_read_as_far_as_it_goes() {
    for form in ["deflated", "stored", "streamed"] {
        let folder = folder();
        let path = folder.path().join("site.zip");
        made(&path, form);
        let whole = std::fs::read(&path).unwrap();
        let directory = whole.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
        for cut in [directory - 1, directory, directory + 50, whole.len() - 1] {
            std::fs::write(&path, &whole[..cut]).unwrap();
            let (found, looked) = search(folder.path());
            assert_eq!(found.len(), 1, "{form}, cut at {cut} of {}", whole.len());
            assert_eq!(found[0].1, ["html/.env"]);
            let why = looked.skipped.last().map(|s| s.why.clone());
            assert!(matches!(why, Some(SkipReason::Broken(_))), "{form}");
        }
    }
}

#[test]
fn a_directory_that_lies_is_said_and_the_rest_is_read() {
    let whole = zip(&[("first", b"nothing"), ("html/.env", &env())]);
    let entries: Vec<usize> = (0..whole.len() - 4)
        .filter(|at| whole[*at..].starts_with(b"PK\x01\x02"))
        .collect();
    // The first member's offset leads nowhere.
    for offset in [[1, 0, 0, 0], [0xff; 4], [0, 0, 0, 0x7f]] {
        let mut bytes = whole.clone();
        bytes[entries[0] + 42..entries[0] + 46].copy_from_slice(&offset);
        let folder = folder();
        std::fs::write(folder.path().join("x.zip"), bytes).unwrap();
        let (found, looked) = search(folder.path());
        assert_eq!((found.len(), looked.skipped.len()), (1, 1));
        assert_eq!(looked.skipped[0].inside, ["first"]);
    }
    // An entry that is none, and lengths beyond the file.
    for (place, bytes) in [(0, b"XX"), (28, b"\xff\xff"), (30, b"\xff\xff")] {
        let mut broken = whole.clone();
        broken[entries[0] + place..entries[0] + place + 2].copy_from_slice(bytes);
        let (why, _) = only_skip("x.zip", &broken, HuntLimits::default());
        assert!(matches!(why, SkipReason::Broken(_)), "{place}: {why}");
    }
}

/// A zip file of so many members, each of one byte, and a `.env` at its end.
fn endless(members: u32) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    let mut add = |name: &str, content: &[u8]| {
        let offset = (bytes.len() as u32).to_le_bytes();
        let length = (content.len() as u32).to_le_bytes();
        // Version, flags, method, time, date and sum are of no matter.
        let fixed = [&[0; 14][..], &length, &length, &[name.len() as u8, 0, 0, 0]].concat();
        bytes.extend([b"PK\x03\x04", &fixed[..], name.as_bytes(), content].concat());
        let behind = [&[0; 10][..], &offset].concat();
        directory.extend([b"PK\x01\x02\0\0", &fixed[..], &behind, name.as_bytes()].concat());
    };
    for number in 0..members {
        add(&format!("html/storage/attachment/{number:09}.txt"), b"x");
    }
    add("html/.env", &env());
    let (offset, size) = (bytes.len() as u32, directory.len() as u32);
    bytes.extend(directory);
    bytes.extend(b"PK\x05\x06\0\0\0\0\xff\xff\xff\xff");
    bytes.extend(size.to_le_bytes());
    bytes.extend(offset.to_le_bytes());
    bytes.extend([0, 0]);
    bytes
}

#[test]
fn hundreds_of_thousands_of_members_take_no_memory() {
    let bench = Bench::new();
    let path = bench.path("endless.zip");
    std::fs::write(&path, endless(300_000)).unwrap();
    // Who waits for a process hears how much memory it took at most, in KiB.
    let script = "import json, resource, subprocess, sys\n\
        out = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE).stdout\n\
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss\n\
        print(json.dumps({'peak': peak, 'said': json.loads(out)}))";
    let output = Command::new("python3")
        .args(["-c", script, env!("CARGO_BIN_EXE_freescout-rescue")])
        .args(["find-key", bench.install().to_str().unwrap(), "--json"])
        .args(["--look-in", path.to_str().unwrap()])
        .output()
        .expect("python3 is missing: tests/check.sh installs what the tests need");
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let found = json["said"]["keys"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|key| key["sources"].as_array().unwrap())
        .any(|source| source["inside"][0] == "html/.env");
    assert!(found, "{}", json["said"]["skipped"]);
    let peak = json["peak"].as_u64().unwrap();
    assert!(peak < 64 << 10, "{peak} KiB");
}
