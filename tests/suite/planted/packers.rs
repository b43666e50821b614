//! Archives, disks and repositories with the key, made by the programs that are used for it.

use std::any::Any;
use std::path::Path;

use super::{Case, Search};
use crate::hunt::shell;

/// A line of shell that makes something in `out` of the folder `src`.
macro_rules! packed {
    ($place:literal, $line:literal) => {
        Case {
            place: $place,
            search: Search::Folder,
            plant: |folder, key, decoys| plant(folder, key, decoys, $line),
        }
    };
}

pub fn cases() -> Vec<Case> {
    vec![
        packed!("lz4", "lz4 -q src/env out/env.lz4"),
        packed!("lzma alone", "xz --format=lzma -c src/env >out/env.lzma"),
        packed!("lzop", "lzop -q -o out/env.lzo src/env"),
        packed!("compress", "compress -c src/env >out/env.Z"),
        packed!("brotli", "brotli -o out/env.br src/env"),
        packed!("zip: Deflate64", "7z a -bd -bso0 -tzip -mm=Deflate64 out/a.zip src"),
        packed!("zip: LZMA", "7z a -bd -bso0 -tzip -mm=LZMA out/a.zip src"),
        packed!("zip: bzip2", "zip -q -r -Z bzip2 out/a.zip src"),
        packed!("zip: in parts", "zip -q -r -s 64k out/a.zip src"),
        packed!("7z: PPMd, in parts", "7z a -bd -bso0 -m0=PPMd -v20k out/a.7z src"),
        packed!("tar: in parts", "tar cz src | split -b 20k - out/a.tgz."),
        packed!("tar: volumes", "tar cM -L 40 -f out/a -f out/a2 -f out/a3 -f out/a4 -f out/a5 -f out/a6 -f out/a7 src"),
        packed!("tar: sparse", "truncate -s 4M src/env && tar cSzf out/a.tgz src"),
        packed!("self-extracting script", "{ printf '#!/bin/sh\\nexit\\n'; tar cz src; } >out/a.run"),
        packed!("squashfs: gzip", "mksquashfs src out/a.sfs -quiet -no-progress"),
        packed!("squashfs: zstd", "mksquashfs src out/a.sfs -quiet -no-progress -comp zstd"),
        packed!("squashfs: xz", "mksquashfs src out/a.sfs -quiet -no-progress -comp xz"),
        packed!("cabinet", "gcab -cz out/a.cab src/env src/decoys.log"),
        packed!("dar: gzip", "dar -Q -c out/a -z -R src >/dev/null"),
        packed!(
            "qcow2: zlib",
            "truncate -s 8M disk && /sbin/mkfs.ext4 -q -F -d src disk && qemu-img convert -c -O qcow2 disk out/a.qcow2"
        ),
        packed!(
            "qcow2: zstd",
            "truncate -s 8M disk && /sbin/mkfs.ext4 -q -F -d src disk &&
             qemu-img convert -c -o compression_type=zstd -O qcow2 disk out/a.qcow2"
        ),
        packed!(
            "vmdk: stream-optimised, in an OVA",
            "truncate -s 8M disk && /sbin/mkfs.ext4 -q -F -d src disk &&
             qemu-img convert -O vmdk -o subformat=streamOptimized disk a.vmdk && tar cf out/a.ova a.vmdk"
        ),
        packed!(
            "Borg, not encrypted",
            "export BORG_BASE_DIR=$PWD BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK=yes
             borg init -e none out/r && borg create out/r::a src"
        ),
        packed!(
            "Mercurial",
            "export HGRCPATH=/dev/null; hg init out/r && cp src/env out/r && hg -R out/r add -q out/r/env &&
             hg -R out/r commit -m a -u n && rm out/r/env"
        ),
        packed!(
            "journal of systemd",
            "{ printf '__REALTIME_TIMESTAMP=1700000000000000\\n__MONOTONIC_TIMESTAMP=1\\n'
             printf '_BOOT_ID=00000000000000000000000000000001\\nMESSAGE=%s\\n\\n' \"$(tr '\\n' ' ' <src/env)\"; } >export
             /lib/systemd/systemd-journal-remote -o out/system.journal export 2>said || cat said >&2"
        ),
        packed!("mbstream of zstd", "cd src && zstd -q --rm env && mbstream -c decoys.log env.zst >../out/a.xb"),
        packed!(
            "Redis",
            "redis-server --port 0 --unixsocket $PWD/redis --dir out --save '' --daemonize yes --logfile $PWD/log >/dev/null
             until redis-cli -s redis ping >/dev/null 2>&1; do sleep 0.05; done
             redis-cli -s redis -x set env <src/env >/dev/null && redis-cli -s redis save >/dev/null
             redis-cli -s redis shutdown nosave"
        ),
        packed!(
            "Kubernetes secret, gzip in base64",
            "printf 'data:\\n  env: %s\\n' \"$(gzip -c src/env | base64 -w0)\" >out/secret.yaml"
        ),
        packed!(
            "zip in base64, in a mail",
            "zip -q a.zip src/env && { printf 'Content-Transfer-Encoding: base64\n\n'; base64 a.zip; } >out/a.eml"
        ),
        packed!("xz in base64", "xz -c src/env | base64 -w0 >out/a.b64"),
        packed!("bzip2 in base64", "bzip2 -c src/env | base64 >out/a.b64"),
        packed!("base64 twice", "base64 -w0 src/env | base64 >out/a.b64"),
        packed!(
            "manifest of a secret, in base64",
            "printf 'kind: Secret\ndata:\n  env: %s\n' \"$(base64 -w0 src/env)\" | base64 -w0 >out/user_data"
        ),
        packed!(
            "release of Helm, gzip in base64 twice",
            "printf 'data:\\n  release: %s\\n' \"$(gzip -c src/env | base64 -w0 | base64 -w0)\" >out/release.yaml"
        ),
    ]
}

fn plant(folder: &Path, key: &str, decoys: &str, line: &str) -> Box<dyn Any> {
    // What the key is made of stands before it, so that no packer leaves the key as it is.
    let parts =
        (0..key.len()).map(|begin| format!("# {}\n", &key[begin..key.len().min(begin + 9)]));
    let env = format!("{}APP_KEY={key}\n", parts.collect::<String>().repeat(2));
    for name in ["src", "out"] {
        std::fs::create_dir(folder.join(name)).unwrap();
    }
    std::fs::write(folder.join("src/env"), env).unwrap();
    std::fs::write(folder.join("src/decoys.log"), decoys).unwrap();
    shell(folder, &format!("export HOME=$PWD; {line}"));
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("out") {
            std::fs::remove_dir_all(path).unwrap();
        } else if path.is_file() {
            std::fs::remove_file(path).unwrap();
        }
    }
    Box::new(())
}
