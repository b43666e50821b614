//! Packed pieces among plain ones, as the real programs make them: disks, journals, repositories, dumps, streamed backups.

use std::path::Path;

use freescout_rescue::domain::hunt::forms::UnreadForm;
use freescout_rescue::io::hunt::{HuntLimits, SkipReason};

use super::archives::noise;
use super::{KEY, env, folder, gz, only_skip, search, shell};

/// Settings of which no packer leaves the key as it is: what the key is made of stands before it.
fn settings() -> Vec<u8> {
    let mut text = String::new();
    for begin in 0..KEY.len() {
        let part = &KEY[begin..KEY.len().min(begin + 9)];
        text.push_str(&format!("# {part} is no key, line {begin}\n"));
    }
    [text.repeat(3).into_bytes(), env()].concat()
}

fn stands_plainly(folder: &Path) -> bool {
    let files = std::fs::read_dir(folder).unwrap();
    files
        .map(|entry| entry.unwrap().path())
        .any(|path| match path.is_dir() {
            true => stands_plainly(&path),
            false => {
                let bytes = std::fs::read(&path).unwrap();
                bytes
                    .windows(KEY.len())
                    .any(|window| window == KEY.as_bytes())
            }
        })
}

/// Has a line of shell make something in a folder, out of a folder `src` with settings. What was found and what is told.
fn made(line: &str) -> (bool, Vec<SkipReason>) {
    let folder = folder();
    let (at, out) = (folder.path(), folder.path().join("out"));
    std::fs::create_dir(&out).unwrap();
    std::fs::create_dir(at.join("src")).unwrap();
    std::fs::write(at.join("src/env"), settings()).unwrap();
    std::fs::write(at.join("src/noise"), noise(90_000)).unwrap();
    shell(at, &format!("export HOME=$PWD HGRCPATH=/dev/null; {line}"));
    assert!(
        !stands_plainly(&out),
        "{line}: the key stands there plainly"
    );
    let (found, looked) = search(&out);
    let found = found.iter().any(|(text, ..)| text == KEY);
    (
        found,
        looked
            .skipped
            .into_iter()
            .map(|skipped| skipped.why)
            .collect(),
    )
}

fn is_read(line: &str) {
    let (found, told) = made(line);
    assert!(found, "{line}: {told:?}");
    assert!(told.is_empty(), "{line}: {told:?}");
}

#[test]
fn packed_clusters_of_a_disk_are_read() {
    let disk = "truncate -s 16M disk && PATH=$PATH:/usr/sbin mkfs.ext4 -q -F -d src disk";
    for options in [
        "-c",
        "-c -o compat=0.10",
        "-c -o compression_type=zstd",
        "-c -o cluster_size=4k",
        "-c -o cluster_size=2M",
        "-c -o extended_l2=on,cluster_size=128k",
    ] {
        is_read(&format!(
            "{disk} && qemu-img convert -O qcow2 {options} disk out/vm.qcow2"
        ));
    }
    // Only a snapshot has it: the disk was overwritten since.
    is_read(&format!(
        "{disk} && qemu-img convert -c -O qcow2 disk out/vm.qcow2 && qemu-img snapshot -c before out/vm.qcow2 &&
         qemu-io -c 'write -P 7 0 16M' out/vm.qcow2 >/dev/null"
    ));
}

#[test]
fn a_disk_that_lies_ends() {
    let folder = folder();
    let at = folder.path();
    std::fs::write(at.join("disk"), noise(300_000)).unwrap();
    shell(
        at,
        "truncate -s 4M disk; qemu-img convert -c -O qcow2 disk vm.qcow2",
    );
    let whole = std::fs::read(at.join("vm.qcow2")).unwrap();
    // So many tables in a hole, that all are one, far beyond the end, of clusters that overlap.
    let first = u64::from_be_bytes(whole[40..48].try_into().unwrap()) as usize;
    for (place, bytes) in [
        (36, &[0xff; 4][..]),
        (40, &[0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
        (60, &[0xff; 4]),
        (first, &[0; 8]),
        (first + 5, &[0xff; 2]),
        (20, &[0, 0, 0, 9]),
    ] {
        let mut bytes_of = whole.clone();
        bytes_of[place..place + bytes.len()].copy_from_slice(bytes);
        let folder = super::folder();
        std::fs::write(folder.path().join("vm.qcow2"), bytes_of).unwrap();
        search(folder.path());
    }
    // What is encrypted, or keeps its content elsewhere, is named.
    for (place, byte) in [(35, 1), (79, 4), (79, 0x80)] {
        let mut other = whole.clone();
        other[place] = byte;
        let (why, _) = only_skip("vm.qcow2", &other, HuntLimits::default());
        assert_eq!(why, SkipReason::Form(UnreadForm::Qcow2), "{place}");
    }
}

#[test]
fn a_disk_that_is_not_whole_says_so() {
    let disk = "truncate -s 16M disk && PATH=$PATH:/usr/sbin mkfs.ext4 -q -F -d src disk";
    for options in ["", "-c"] {
        let (_, told) = made(&format!(
            "{disk} && qemu-img convert -O qcow2 {options} disk all.qcow2 &&
             head -c 270000 all.qcow2 >out/vm.qcow2"
        ));
        assert_eq!(told, [SkipReason::DiskCut], "{options}");
    }
    let (found, told) = made(&format!(
        "{disk} && qemu-img convert -O qcow2 disk base.qcow2 &&
         qemu-img create -q -f qcow2 -b \"$PWD/base.qcow2\" -F qcow2 out/vm.qcow2"
    ));
    assert!(!found);
    assert_eq!(told, [SkipReason::DiskAbove]);
}

#[test]
fn a_disk_of_vmware_that_was_cut_says_so_wherever() {
    let disk = "truncate -s 16M disk && PATH=$PATH:/usr/sbin mkfs.ext4 -q -F -d src disk";
    for form in ["monolithicSparse", "streamOptimized"] {
        let convert = format!("{disk} && qemu-img convert -O vmdk -o subformat={form} disk");
        // The sparse one keeps the key as it is.
        let folder = folder();
        std::fs::create_dir(folder.path().join("src")).unwrap();
        std::fs::write(folder.path().join("src/env"), settings()).unwrap();
        std::fs::write(folder.path().join("src/noise"), noise(90_000)).unwrap();
        shell(folder.path(), &format!("{convert} vm.vmdk"));
        let whole = std::fs::read(folder.path().join("vm.vmdk")).unwrap();
        // Behind its end, there may be zeros.
        let content = whole.iter().rposition(|byte| *byte != 0).unwrap();
        let out = folder.path().join("out");
        std::fs::create_dir(&out).unwrap();
        let told = |length: usize| {
            std::fs::write(out.join("vm.vmdk"), &whole[..length]).unwrap();
            let (_, looked) = search(&out);
            looked.skipped.len()
        };
        assert_eq!(told(whole.len()), 0, "{form}");
        for part in 1..30 {
            let length = content * part / 30;
            assert_eq!(told(length), 1, "{form}: {length} of {content}");
        }
    }
}

#[test]
fn a_history_of_mercurial_that_was_cut_says_so() {
    let folder = folder();
    let at = folder.path();
    std::fs::write(at.join("big"), noise(200_000)).unwrap();
    shell(
        at,
        "export HGRCPATH=/dev/null; hg init r && cp big r && cd r && echo one >env && hg add -q big env &&
         hg commit -q -m 1 -u n && seq 4000 >env && hg commit -q -m 2 -u n && rm big env",
    );
    let repository = at.join("r");
    let data = at.join("r/.hg/store/data");
    for (name, beside) in [("env.i", None), ("big.d", Some("big.i"))] {
        let path = data.join(name);
        let whole = std::fs::read(&path).unwrap();
        assert!(search(&repository).1.skipped.is_empty(), "{name}");
        let mut silent = 0;
        for part in 1..30 {
            std::fs::write(&path, &whole[..whole.len() * part / 30]).unwrap();
            let (_, looked) = search(&repository);
            let told = beside.unwrap_or(name);
            let is_told = looked.skipped.iter().any(|s| s.path.ends_with(told));
            silent += usize::from(!is_told);
        }
        assert_eq!(silent, 0, "{name}");
        std::fs::write(&path, &whole).unwrap();
    }
}

#[test]
fn cabinets_are_read_and_their_other_packings_are_named() {
    is_read("gcab -cz out/a.cab src/env src/noise");
    let folder = folder();
    let at = folder.path();
    std::fs::write(at.join("env"), env()).unwrap();
    shell(at, "gcab -c a.cab env && rm env");
    let (found, looked) = search(at);
    assert_eq!((found.len(), looked.skipped.len()), (1, 0));
    let mut cabinet = std::fs::read(at.join("a.cab")).unwrap();
    // Cut, it is read as far as it goes, and damaged.
    std::fs::write(at.join("a.cab"), &cabinet[..cabinet.len() - 2]).unwrap();
    let (found, looked) = search(at);
    assert_eq!(found.len(), 1);
    let why = &looked.skipped[0].why;
    assert!(matches!(why, SkipReason::Broken(_)), "{why}");
    // The folder's packing: LZX.
    std::fs::write(at.join("env"), settings()).unwrap();
    shell(at, "gcab -cz a.cab env");
    cabinet = std::fs::read(at.join("a.cab")).unwrap();
    cabinet[36 + 6] = 3;
    let (why, _) = only_skip("a.cab", &cabinet, HuntLimits::default());
    assert_eq!(why, SkipReason::Form(UnreadForm::Cab));
}

#[test]
fn chunks_of_proxmox_are_read_unless_they_are_encrypted() {
    let folder = folder();
    let chunks = folder.path().join(".chunks/a342");
    std::fs::create_dir_all(&chunks).unwrap();
    let blob = |mark: [u8; 8], data: &[u8]| [&mark, &[9; 4][..], data].concat();
    let packed = zstd::encode_all(&settings()[..], 3).unwrap();
    let compressed = [49, 185, 88, 66, 111, 182, 163, 127];
    std::fs::write(chunks.join("a342e8"), blob(compressed, &packed)).unwrap();
    let encrypted = [230, 89, 27, 191, 11, 191, 216, 11];
    std::fs::write(chunks.join("a342e9"), blob(encrypted, &noise(9000))).unwrap();
    let (found, looked) = search(folder.path());
    assert!(found.iter().any(|(text, ..)| text == KEY));
    let told: Vec<_> = looked.skipped.iter().map(|skipped| &skipped.why).collect();
    assert_eq!(told, [&SkipReason::Form(UnreadForm::Proxmox)]);
    // A file of it elsewhere is told by itself.
    let (why, _) = only_skip(
        "qemu-server.conf.blob",
        &blob(encrypted, &noise(900)),
        HuntLimits::default(),
    );
    assert_eq!(why, SkipReason::Form(UnreadForm::Proxmox));
}

#[test]
fn squashfs_and_its_kin_are_read_or_named() {
    for packing in ["gzip", "xz", "zstd"] {
        is_read(&format!(
            "mksquashfs src out/x.sfs -quiet -no-progress -comp {packing}"
        ));
    }
    for packing in ["lz4", "lzo"] {
        let (_, told) = made(&format!(
            "mksquashfs src out/x.sfs -quiet -no-progress -comp {packing}"
        ));
        assert_eq!(told, [SkipReason::Form(UnreadForm::Squashfs)], "{packing}");
    }
    // Read as far as usual packers packed it, and named all the same.
    let (found, told) = made("dar -Q -c out/b -z -R src >/dev/null");
    assert!(found);
    assert_eq!(told, [SkipReason::Form(UnreadForm::Dar)]);
}

#[test]
fn journals_of_systemd_are_read() {
    is_read(
        "{ printf '__REALTIME_TIMESTAMP=1700000000000000\\n__MONOTONIC_TIMESTAMP=1\\n'
         printf '_BOOT_ID=00000000000000000000000000000001\\nMESSAGE=%s\\n\\n' \"$(tr '\\n' ' ' <src/env)\"; } >export
         /lib/systemd/systemd-journal-remote -o out/system.journal export 2>said || cat said >&2",
    );
}

#[test]
fn repositories_without_encryption_are_read() {
    for packing in ["lz4", "zstd", "zlib", "lzma"] {
        let (found, told) = made(&format!(
            "export BORG_BASE_DIR=$PWD BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK=yes
             borg init -e none out/r && borg create -C {packing} out/r::a src"
        ));
        assert!(found, "{packing}: {told:?}");
        // Whether a repository is encrypted stands in each chunk alone.
        assert_eq!(told, [SkipReason::Form(UnreadForm::Borg)], "{packing}");
    }
    for more in [
        "",
        "head -c 300000 /dev/urandom | base64 >>out/h/env && hg -R out/h commit -m b -u n &&",
    ] {
        is_read(&format!(
            "hg init out/h && cp src/env out/h/env && hg -R out/h add -q out/h/env && hg -R out/h commit -m a -u n &&
             {more} rm out/h/env"
        ));
    }
}

#[test]
fn streamed_backups_of_mariadb_are_read() {
    for line in [
        "cd src && mbstream -c env noise >../out/b.xb",
        "cd src && zstd -q --rm env && mbstream -c noise env.zst >../out/b.xb",
        "cd src && lz4 -q --rm env env.lz4 && mbstream -c noise env.lz4 | gzip >../out/b.xb.gz",
    ] {
        if line.contains("-c env noise") {
            let line = line
                .replace("env noise >", "env noise | xz >")
                .replace("b.xb", "b.xb.xz");
            is_read(&line);
        } else {
            is_read(line);
        }
    }
    // Cut, or with something else in it.
    let folder = folder();
    std::fs::write(folder.path().join("env"), settings()).unwrap();
    shell(folder.path(), "mbstream -c env >b.xb && rm env");
    let path = folder.path().join("b.xb");
    let whole = std::fs::read(&path).unwrap();
    for bytes in [
        &whole[..whole.len() / 2],
        &[&whole[..], b"something else"].concat(),
    ] {
        for name in ["b.xb", "b.xb.gz"] {
            let packed = name.ends_with("gz").then(|| gz(bytes));
            std::fs::remove_file(&path).unwrap_or_default();
            let other = folder.path().join(name);
            std::fs::write(&other, packed.as_deref().unwrap_or(bytes)).unwrap();
            let told = search(folder.path()).1.skipped;
            std::fs::remove_file(other).unwrap();
            assert_eq!(told.len(), 1, "{name}");
            assert!(
                matches!(told[0].why, SkipReason::Broken(_)),
                "{name}: {}",
                told[0].why
            );
        }
    }
}

#[test]
fn dumps_of_redis_are_read() {
    is_read(
        "cd out && redis-server --port 0 --unixsocket $PWD/../redis --save '' --daemonize yes --logfile $PWD/../log >/dev/null
         until redis-cli -s ../redis ping >/dev/null 2>&1; do sleep 0.05; done
         redis-cli -s ../redis -x set env <../src/env >/dev/null
         redis-cli -s ../redis save >/dev/null && redis-cli -s ../redis shutdown nosave",
    );
}
