//! What tells how a container is defined: what is said to be set stands in the file, on the line that is told.

use std::path::{Path, PathBuf};

use freescout_rescue::domain::config::container::definition::{
    self, Set, Stands, Variable, VariableAt, VariablesForm,
};
use freescout_rescue::domain::config::container::{compose, libpod, quadlet, records};
use freescout_rescue::domain::config::elsewhere::is_wanted;

use super::take_below;

pub(super) fn check(mut bytes: &[u8]) {
    let reader = take_below(&mut bytes, 5);
    let text = String::from_utf8_lossy(bytes);
    let project = |name: &str| {
        (name == "KEY").then(|| Variable {
            value: "value".as_bytes().into(),
            at: VariableAt {
                path: PathBuf::from("/variables"),
                line: 1,
            },
        })
    };
    let sets: Vec<Set> = match reader {
        0 => compose::read(&text, "app", &project).sets,
        1 => definition::variables(&text, VariablesForm::Quoted, &project),
        2 => {
            let specifiers = |name: &str| quadlet::Specifiers {
                name: name.to_owned(),
                account: 1000,
                user: "ann".to_owned(),
                home: "/home/ann".into(),
            };
            let _ = quadlet::made_by(&[&text], "app@", "app-one", &specifiers);
            quadlet::read(&text, &specifiers("app@one")).sets
        }
        3 => {
            let _ = records::docker(bytes);
            let _ = records::listed(bytes, "overlay");
            return;
        }
        _ => {
            let _ = libpod::of_bolt(bytes, "id");
            let _ = libpod::of_config(bytes);
            return;
        }
    };
    // Where lines end is YAML's to say: at a carriage return alone, too.
    let last = text.split(['\n', '\r']).count() as u64;
    for set in sets {
        assert!(is_wanted(&set.name), "{}", set.name);
        match set.stands {
            Stands::Here(line) => assert!((1..=last).contains(&line), "line {line}"),
            Stands::InVariables(at) => {
                assert_eq!((&*at.path, at.line), (Path::new("/variables"), 1));
                let value = set.value.unwrap();
                assert!(value.expose().is_empty() || value.expose() == b"value");
            }
        }
    }
}
