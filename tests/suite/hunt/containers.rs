//! Containers' files as their engines lay them out on the host, found among the usual places.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use freescout_rescue::domain::hunt::old_payloads::Wanted;
use freescout_rescue::domain::key::app_key::AppKey;
use freescout_rescue::domain::key::source::{Source, SourceKind};
use freescout_rescue::io::hunt::{self, HuntEvent, HuntLimits};

use super::{folder, gz, tar};

const ID: &str = "3f4c7d2b9a10e5f68877665544332211ffeeddccbbaa00998877665544332211";

/// A key of its own for each place.
fn key(number: u8) -> String {
    let key = AppKey::generate(&[number; 32]);
    String::from_utf8(key.text().to_vec()).unwrap()
}

/// The files of a place, below the root of the system.
type Files = Vec<(String, Vec<u8>)>;

/// Docker's `config.v2.json`, where variables of the environment are texts in a list.
fn configuration(key: &str) -> Vec<u8> {
    let escaped = key.replace('/', "\\/");
    format!(r#"{{"ID":"{ID}","Config":{{"Env":["PATH=/bin","APP_KEY={escaped}","TZ=UTC"]}}}}"#)
        .into_bytes()
}

fn env(key: &str) -> Vec<u8> {
    format!("APP_URL=https://help.example\nAPP_KEY={key}\n").into_bytes()
}

fn places() -> Vec<(&'static str, Files)> {
    let mut number = 0;
    let mut next = || {
        number += 1;
        key(number)
    };
    let in_layer = |folder: &str| format!("{folder}/var/www/html/.env");
    let mut places: Vec<(&str, Files)> = Vec::new();
    let mut add = |place, files: Files| places.push((place, files));

    let docker = "var/lib/docker";
    let layer = |engine: &str| in_layer(&format!("{engine}/overlay2/{ID}/diff"));
    add("a layer of Docker", vec![(layer(docker), env(&next()))]);
    add(
        "a deleted file's layer below",
        vec![(
            format!("{docker}/overlay2/{ID}-init/diff/data/config"),
            env(&next()),
        )],
    );
    add(
        "a container's environment",
        vec![
            (
                format!("{docker}/containers/{ID}/config.v2.json"),
                configuration(&next()),
            ),
            (
                format!("{docker}/containers/{ID}/hostconfig.json"),
                br#"{"Binds":["/srv/helpdesk:/data"],"NetworkMode":"default"}"#.to_vec(),
            ),
        ],
    );
    add(
        "a container's log",
        vec![(
            format!("{docker}/containers/{ID}/{ID}-json.log"),
            format!(r#"{{"log":"APP_KEY={}\n","stream":"stdout"}}"#, next()).into_bytes(),
        )],
    );
    add(
        "a volume",
        vec![(
            format!("{docker}/volumes/helpdesk_data/_data/.env"),
            env(&next()),
        )],
    );
    add(
        "Docker from a snap",
        vec![(layer("var/snap/docker/common/var-lib-docker"), env(&next()))],
    );
    add(
        "Docker of a plain user",
        vec![(layer("home/ops/.local/share/docker"), env(&next()))],
    );
    let snapshots = "io.containerd.snapshotter.v1.overlayfs/snapshots/42/fs";
    add(
        "a snapshot of containerd",
        vec![(
            in_layer(&format!("var/lib/containerd/{snapshots}")),
            env(&next()),
        )],
    );
    let layer_archive = gz(&tar(&[("var/www/html/.env", &env(&next()))]));
    add(
        "a layer that containerd pulled",
        vec![(
            format!("var/lib/containerd/io.containerd.content.v1.content/blobs/sha256/{ID}"),
            layer_archive,
        )],
    );
    let image = format!(
        r#"{{"architecture":"amd64","config":{{"Env":["APP_KEY={}"]}},"rootfs":{{}}}}"#,
        next()
    );
    add(
        "an image's configuration",
        vec![(
            format!("{docker}/image/overlay2/imagedb/content/sha256/{ID}"),
            image.into_bytes(),
        )],
    );
    let podman = "var/lib/containers/storage";
    add(
        "a layer of Podman",
        vec![(
            in_layer(&format!("{podman}/overlay/{ID}/diff")),
            env(&next()),
        )],
    );
    add(
        "a Podman container's environment",
        vec![(
            format!("{podman}/overlay-containers/{ID}/userdata/config.json"),
            format!(
                r#"{{"process":{{"env":["TERM=xterm","APP_KEY={}"]}}}}"#,
                next()
            )
            .into_bytes(),
        )],
    );
    add(
        "Podman of a plain user",
        vec![(
            in_layer(&format!(
                "home/ops/.local/share/containers/storage/overlay/{ID}/diff"
            )),
            env(&next()),
        )],
    );
    add(
        "a pod's volume",
        vec![(
            "var/lib/kubelet/pods/0f/volumes/kubernetes.io~secret/app/APP_KEY".to_owned(),
            next().into_bytes(),
        )],
    );
    add(
        "containerd of k3s",
        vec![(
            in_layer(&format!("var/lib/rancher/k3s/agent/containerd/{snapshots}")),
            env(&next()),
        )],
    );
    add(
        "a secret of the container we run in",
        vec![("run/secrets/app_key".to_owned(), next().into_bytes())],
    );
    add(
        "the data of an image",
        vec![("data2/config".to_owned(), env(&next()))],
    );
    places
}

fn search(roots: &[PathBuf]) -> BTreeMap<String, Source> {
    let mut found = BTreeMap::new();
    let looked = hunt::search(
        roots,
        &HuntLimits::default(),
        &Wanted::default(),
        &|| false,
        &mut |event| {
            if let HuntEvent::Candidate(candidate) = event {
                let text = String::from_utf8_lossy(candidate.text.expose()).into_owned();
                found.insert(text, candidate.source);
            }
        },
    );
    assert!(looked.skipped.is_empty(), "{}", looked.skipped[0].why);
    found
}

#[test]
fn what_containers_leave_on_a_host_is_among_the_usual_places() {
    let system = folder();
    let root = std::fs::canonicalize(system.path()).unwrap();
    for (_, files) in places() {
        for (path, bytes) in files {
            let path = root.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
    }
    let install = root.join("var/www/helpdesk");
    std::fs::create_dir_all(&install).unwrap();
    let roots = hunt::usual_places_below(&root, &install);
    assert_eq!(roots[0], root.join("var/www"), "the nearest first");
    assert!(roots.iter().all(|place| place.starts_with(&root)));

    let found = search(&roots);
    for (number, (place, files)) in places().iter().enumerate() {
        let source = found
            .get(&key(number as u8 + 1))
            .unwrap_or_else(|| panic!("not found: {place}"));
        let path = source.path.as_deref().unwrap_or(Path::new(""));
        assert!(path.ends_with(&files[0].0), "{place}: {}", path.display());
        let packed = *place == "a layer that containerd pulled";
        let kind = if packed {
            SourceKind::Archive
        } else {
            SourceKind::File
        };
        assert_eq!(source.kind, kind, "{place}");
    }
    assert_eq!(found.len(), places().len());
}
