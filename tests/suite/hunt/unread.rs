//! What is not read is named, with the line that makes it readable; nothing passes in silence, and nothing that is whole
//! and read is blamed.

use std::path::Path;

use freescout_rescue::domain::hunt::forms::UnreadForm;
use freescout_rescue::io::hunt::SkipReason;

use super::archives::noise;
use super::{KEY, env, folder, gz, search, shell, tar};
use crate::cli::Bench;
use crate::git::git;

/// What was not read of a folder: how it is called, and why; by the names.
fn told(folder: &Path) -> Vec<(String, SkipReason)> {
    let (found, looked) = search(folder);
    assert!(found.is_empty());
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    let told = looked.skipped.into_iter();
    let mut told: Vec<_> = told
        .map(|skipped| (name(&skipped.path), skipped.why))
        .collect();
    told.sort_by(|a, b| a.0.cmp(&b.0));
    told
}

#[test]
fn the_heaviest_is_told_first_and_members_of_one_archive_once() {
    let folder = folder();
    let sealed = [&b"Salted__"[..], &noise(500)].concat();
    let names: Vec<String> = (0..40).map(|n| format!("tests/{n}.enc")).collect();
    let members: Vec<_> = names.iter().map(|n| (n.as_str(), &sealed[..])).collect();
    std::fs::write(folder.path().join("a.tgz"), gz(&tar(&members))).unwrap();
    let backup = [&b"Salted__"[..], &noise(900_000)].concat();
    std::fs::write(folder.path().join("b.tar.gz.enc"), &backup).unwrap();
    let (_, looked) = search(folder.path());
    let told: Vec<_> = looked.skipped.iter().map(|s| (s.bytes, s.alike)).collect();
    assert_eq!(told, [(900_008, 0), (0, 39)]);
    assert_eq!(looked.unread()[0].count, 41);
    let [first, second] = [0, 1].map(|n| looked.skipped[n].sentence("/srv/desk"));
    assert!(
        first.contains("b.tar.gz.enc (901 KB): encrypted with openssl enc"),
        "{first}"
    );
    assert!(
        second.contains("a.tgz › tests/0.enc and 39 more in there: "),
        "{second}"
    );
}

#[test]
fn the_command_names_the_install_and_an_archive_is_to_be_unpacked_first() {
    let folder = folder();
    let sealed = [&b"age-encryption.org/v1\n"[..], &noise(500)].concat();
    std::fs::write(folder.path().join("a.age"), &sealed).unwrap();
    std::fs::write(folder.path().join("b.tar"), tar(&[("c.age", &sealed)])).unwrap();
    let (_, looked) = search(folder.path());
    let told: Vec<_> = looked
        .skipped
        .iter()
        .map(|s| s.sentence("'/srv/my desk'"))
        .collect();
    let [alone, inside] = &told[..] else {
        panic!("{told:?}");
    };
    let command =
        "(age -d -i IDENTITY FILE | freescout-rescue find-key '/srv/my desk' --look-in -)";
    assert!(
        alone.ends_with(&format!("decrypt it first {command}")),
        "{alone}"
    );
    let unpack = format!("{command}. It is in an archive: unpack that first");
    assert!(inside.ends_with(&unpack), "{inside}");
}

/// What `git-crypt`, `sops` and `gpg` put into a repository stays there as it is, and git has every version of it.
#[test]
fn encrypted_files_in_a_repository_are_named_once_a_kind() {
    let folder = folder();
    let at = folder.path();
    git(at, &["init", "-q", "."]);
    for version in 0..3 {
        let crypt = [&b"\0GITCRYPT\0"[..], &noise(300 + version)].concat();
        std::fs::write(at.join(".env"), crypt).unwrap();
        let sops = format!("APP_KEY=ENC[AES256_GCM,data:{version}Zq1,iv:a,tag:b,type:str]\n");
        std::fs::write(at.join("sops.env"), sops).unwrap();
        git(at, &["add", "-A"]);
        git(at, &["commit", "-qm", "x"]);
    }
    let (_, looked) = search(at);
    let of_store = looked.skipped.iter().filter(|s| !s.inside.is_empty());
    let mut told: Vec<String> = of_store
        .filter(|s| s.path.ends_with(".git"))
        .map(|s| s.sentence("/srv/desk"))
        .collect();
    told.sort();
    let [sops, crypt] = &told[..] else {
        panic!("{told:?}");
    };
    let out = "It is in a git repository: take it out first (git show ";
    assert!(
        sops.contains("encrypted with SOPS") && sops.contains(out),
        "{sops}"
    );
    let way = "git log -p --all | freescout-rescue find-key /srv/desk --look-in -";
    assert!(
        crypt.contains("encrypted with git-crypt") && crypt.contains(way),
        "{crypt}"
    );
}

#[test]
fn keyrings_are_no_messages() {
    let folder = folder();
    let keys = [&b"\x99\x02\x0d\x04\x5c\x00\x00\x00\x01"[..], &noise(6000)].concat();
    std::fs::write(folder.path().join("archive-keyring.gpg"), keys).unwrap();
    let (_, looked) = search(folder.path());
    assert!(
        looked
            .unread()
            .iter()
            .all(|group| group.form != Some(UnreadForm::Gpg))
    );
}

#[test]
fn encrypted_files_of_real_programs_are_named() {
    let folder = folder();
    let at = folder.path();
    std::fs::write(at.join("plain"), env()).unwrap();
    shell(
        at,
        "openssl enc -aes-256-cbc -pbkdf2 -pass pass:x -in plain -out a.bin
         openssl enc -aes-256-cbc -pbkdf2 -pass pass:x -a -in plain -out b.txt
         ssh-keygen -q -t ed25519 -N '' -f key && age -R key.pub -o c.bin plain
         age -a -R key.pub -o d.txt plain
         rm plain key key.pub",
    );
    let form = |form| SkipReason::Form(form);
    assert_eq!(
        told(at),
        [
            ("a.bin".to_owned(), form(UnreadForm::Openssl)),
            ("b.txt".to_owned(), form(UnreadForm::Openssl)),
            ("c.bin".to_owned(), form(UnreadForm::Age)),
            ("d.txt".to_owned(), form(UnreadForm::Age)),
        ]
    );
}

#[test]
fn members_of_archives_are_named_too() {
    let folder = folder();
    let sealed = [&b"Salted__"[..], &noise(500)].concat();
    let backup = gz(&tar(&[("daily/site.enc", &sealed), ("env", &env())]));
    std::fs::write(folder.path().join("b.tgz"), backup).unwrap();
    let (found, looked) = search(folder.path());
    assert_eq!(found.len(), 1);
    assert_eq!(looked.skipped.len(), 1);
    assert_eq!(looked.skipped[0].why, SkipReason::Form(UnreadForm::Openssl));
    assert_eq!(looked.skipped[0].inside, ["daily/site.enc"]);
}

#[test]
fn archives_of_proxmox_are_searched_and_named() {
    let folder = folder();
    let number = |number: u64| number.to_le_bytes();
    // By `vma_spec.txt` and the documentation of `pxar::format`: what they hold stands there as it is.
    let entry = [number(0xd595_6474_e588_acef), number(56)].concat();
    let old_entry = [number(0x11da_850a_1c1c_ceff), number(56)].concat();
    let version = [number(0x730f_6c75_df16_a40d), number(24), number(2)].concat();
    let payload = [number(0x834c_68c2_194a_4ed2), number(16)].concat();
    for (name, begin, form) in [
        ("a.vma", &b"VMA\0\0\0\0\x01"[..], UnreadForm::Vma),
        ("b.pxar", &entry, UnreadForm::Pxar),
        ("c.pxar", &old_entry, UnreadForm::Pxar),
        ("d.mpxar", &version, UnreadForm::PxarInTwo),
        ("e.ppxar", &payload, UnreadForm::PxarInTwo),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, [begin, &[0; 600], &env()].concat()).unwrap();
        let (found, looked) = search(folder.path());
        std::fs::remove_file(path).unwrap();
        assert_eq!(found.len(), 1, "{name}");
        assert_eq!(found[0].1, [format!("{}, as it stands", form.name())]);
        let told: Vec<_> = looked.skipped.iter().map(|s| &s.why).collect();
        assert_eq!(told, [&SkipReason::Form(form)], "{name}");
        let sentence = looked.skipped[0].sentence("/srv/desk");
        assert!(
            sentence.ends_with(&format!("({})", form.command())),
            "{sentence}"
        );
    }
}

#[test]
fn a_repository_is_named_once_and_weighed() {
    let folder = folder();
    let repository = folder.path().join("backups/repo");
    for below in ["data/00", "index", "keys", "snapshots"] {
        std::fs::create_dir_all(repository.join(below)).unwrap();
    }
    for file in ["config", "data/00/a", "data/00/b", "keys/k"] {
        std::fs::write(repository.join(file), noise(6000)).unwrap();
    }
    let (_, looked) = search(folder.path());
    let told: Vec<_> = looked.skipped.iter().map(|s| (&s.why, s.bytes)).collect();
    assert_eq!(told, [(&SkipReason::Form(UnreadForm::Restic), 24_000)]);
    // Named itself, it is told as well.
    assert_eq!(search(&repository).1.skipped.len(), 1);

    // What may stand there as it is, is searched.
    let borg = folder.path().join("borg");
    std::fs::create_dir_all(borg.join("data/0")).unwrap();
    std::fs::write(borg.join("config"), "[repository]\nversion = 1\n").unwrap();
    std::fs::write(borg.join("data/0/1"), [env(), noise(9000)].concat()).unwrap();
    let (found, looked) = search(&borg);
    assert_eq!(found.len(), 1);
    assert_eq!(looked.skipped.len(), 1);
    assert_eq!(looked.skipped[0].why, SkipReason::Form(UnreadForm::Borg));
}

#[test]
fn files_of_a_backup_that_say_nothing_alone_are_told_as_one() {
    let folder = folder();
    for volume in 1..40 {
        let name = format!("duplicity-full.20260101T000000Z.vol{volume}.difftar.gpg");
        std::fs::write(folder.path().join(name), noise(5000)).unwrap();
    }
    let (_, looked) = search(folder.path());
    assert_eq!(looked.skipped.len(), 1);
    assert_eq!(looked.skipped[0].bytes, 39 * 5000);
    assert_eq!(looked.unread()[0].form, Some(UnreadForm::Duplicity));
}

#[test]
fn random_bytes_are_told_the_largest_first() {
    let folder = folder();
    for (name, bytes) in [("a.bin", 5000), ("b.dat", 90_000), ("c", 20_000)] {
        std::fs::write(folder.path().join(name), noise(bytes)).unwrap();
    }
    std::fs::write(folder.path().join("photo.jpg"), noise(90_000)).unwrap();
    std::fs::write(folder.path().join("z.enc"), noise(6000)).unwrap();
    let names: Vec<_> = told_of(folder.path())
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(names, ["z.enc", "b.dat", "c", "a.bin"]);
    let groups = search(folder.path()).1.unread();
    assert_eq!((groups[0].form, groups[0].count), (None, 3));
}

#[test]
fn files_of_everyday_are_not_called_random_or_packed() {
    let folder = folder();
    let at = folder.path();
    std::fs::write(at.join("text"), "x^2 + y = 3\n".repeat(2000)).unwrap();
    std::fs::write(at.join("numbers.csv"), "1,2,3\n".repeat(2000)).unwrap();
    shell(
        at,
        "git init -q repo && cd repo && head -c 50000 /dev/urandom > blob && git add blob &&
         git -c user.name=n -c user.email=n@desk.example commit -q -m x && rm blob && git gc -q
         cp /bin/sh ../program; cp /usr/bin/git ../git-program",
    );
    let (_, looked) = search(at);
    let told: Vec<_> = looked.skipped.iter().map(|s| (&s.path, &s.why)).collect();
    assert!(told.is_empty(), "{told:?}");
}

#[test]
fn parts_of_an_archive_are_joined_where_all_are_there() {
    for (line, first) in [
        (
            "tar cf - a .env | xz -0 | split -d -b 30k - b.tar.xz.part",
            "b.tar.xz.part00",
        ),
        ("tar cf - a .env | gzip | split -b 30k - b.tgz.", "b.tgz.aa"),
        ("7z a -bd -bso0 -v30k b.7z a .env", "b.7z.001"),
    ] {
        let folder = folder();
        let at = folder.path();
        std::fs::write(at.join("a"), noise(100_000)).unwrap();
        std::fs::write(at.join(".env"), env()).unwrap();
        shell(at, &format!("{line} && rm a .env"));
        let (found, looked) = search(at);
        assert_eq!(found.len(), 1, "{line}");
        assert_eq!(found[0].0, KEY);
        let told: Vec<_> = looked.skipped.iter().map(|s| &s.why).collect();
        assert!(told.is_empty(), "{line}: {told:?}");
        // Without the last of them it is a part, and not damaged.
        let mut names: Vec<_> = std::fs::read_dir(at)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        names.sort();
        std::fs::remove_file(names.last().unwrap()).unwrap();
        let told = told_of(at);
        assert!(
            told.contains(&(first.to_owned(), SkipReason::Part)),
            "{line}: {told:?}"
        );
        assert!(
            !told
                .iter()
                .any(|(_, why)| matches!(why, SkipReason::Broken(_))),
            "{line}: {told:?}"
        );
        // Without the first, the others say what they are where their names do.
        std::fs::remove_file(at.join(first)).unwrap();
        assert!(!told_of(at).is_empty(), "{line}");
    }
}

#[test]
fn volumes_of_tar_are_joined_where_all_are_there() {
    let folder = folder();
    let at = folder.path();
    let env = [
        vec![b'x'; 30_000],
        b"\n".to_vec(),
        env(),
        vec![b'y'; 50_000],
    ]
    .concat();
    for before in [
        "tar -cM -L 20 -f v1 -f v2 -f v3 -f v4 -f v5 -f v6 -f v7",
        "tar -cM -V label -L 30 -f a -f a2 -f a3 -f a4 -f a5",
    ] {
        std::fs::write(at.join("noise"), noise(17_000)).unwrap();
        std::fs::write(at.join(".env"), &env).unwrap();
        shell(at, &format!("{before} noise .env && rm noise .env"));
    }
    let names = |at: &Path| -> Vec<_> {
        let mut names: Vec<_> = std::fs::read_dir(at)
            .unwrap()
            .map(|e| e.unwrap().path())
            .collect();
        names.sort();
        names
    };
    assert!(names(at).len() >= 8, "{:?}", names(at));
    let (found, looked) = search(at);
    let told: Vec<_> = looked.skipped.iter().map(|s| (&s.path, &s.why)).collect();
    assert!(told.is_empty(), "{told:?}");
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].1, [".env"]);
    // Of one the second is missing: the first is cut, those behind it are parts, read as far as they go.
    std::fs::remove_file(at.join("v2")).unwrap();
    let told = told_of(at);
    assert!(
        matches!(&told[0], (name, SkipReason::Broken(_)) if name == "v1"),
        "{told:?}"
    );
    assert_eq!(told[1], ("v3".to_owned(), SkipReason::Part));
    assert_eq!(told.len(), 2, "{told:?}");
}

/// As [`told`], whatever is found, in its order.
fn told_of(folder: &Path) -> Vec<(String, SkipReason)> {
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    let told = search(folder).1.skipped.into_iter();
    told.map(|skipped| (name(&skipped.path), skipped.why))
        .collect()
}

#[test]
fn numbered_archives_are_no_parts() {
    let folder = folder();
    for number in 1..4 {
        let name = format!("backup.tgz.{number:02}");
        let bytes = gz(&tar(&[("env", &env())]));
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    let (found, looked) = search(folder.path());
    assert_eq!((found.len(), looked.skipped.len()), (3, 0));
}

#[test]
fn find_key_says_by_weight_what_it_could_not_read() {
    let bench = Bench::new();
    let backups = bench.path("backups");
    std::fs::create_dir(&backups).unwrap();
    std::fs::write(
        backups.join("site.tar.enc"),
        [&b"Salted__"[..], &noise(2_500_000)].concat(),
    )
    .unwrap();
    std::fs::write(backups.join("other.bin"), noise(8000)).unwrap();
    let install = bench.install();
    let install = install.to_str().unwrap();
    let place = backups.to_str().unwrap();
    let said = bench.run(&["find-key", install, "--look-in", place]).out;
    for part in [
        "site.tar.enc (3 MB): encrypted with openssl enc: decrypt it first (openssl enc -d",
        "other.bin: looks like random bytes",
        "2 backups or packed files could not be read: openssl enc (3 MB), random bytes (8 KB).",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let json = bench
        .run(&["find-key", install, "--look-in", place, "--json"])
        .out;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["skipped"][0]["form"], "openssl enc");
    assert_eq!(json["skipped"][0]["bytes"], 2_500_008);
    assert_eq!(json["skipped"][1]["form"], serde_json::Value::Null);
}
