//! What shells and editors leave behind of a key that was typed or deleted: made by the programs themselves, on a terminal of
//! their own, or in the form that their documents give.

use std::any::Any;
use std::path::Path;

use super::{Case, Search};
use crate::hunt::shell;

/// A line of shell that leaves something in `out`; `$K` is the key, and `env` a file with it.
macro_rules! left {
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
        left!(
            "zsh: history with escapes",
            "printf 'HISTFILE=%s/out/.zsh_history SAVEHIST=99 HISTSIZE=99\\nsetopt extended_history\\nprint \"\\303\\204\\nAPP_KEY=%s\"\\nfc -W\\nexit\\n' \
             \"$PWD\" \"$K\" | timeout 20 script -qec 'zsh -f -i' /dev/null >said; grep -q : out/.zsh_history"
        ),
        left!(
            "fish: history",
            // It would write completions for every manual page.
            "mkdir -p out/fish/generated_completions
             { sleep 1; printf 'echo \"\\303\\204\\\\nAPP_KEY=%s\"\\n' \"$K\"; sleep 1; printf 'exit\\n'; sleep 1; } |
             XDG_DATA_HOME=$PWD/out timeout 20 script -qec 'fish -i' /dev/null >said; grep -q cmd: out/fish/fish_history"
        ),
        left!(
            "joe: a deleted line, in its state",
            "{ sleep 1; printf '\\031'; sleep 0.3; printf '\\013x'; sleep 0.5; } | timeout 20 script -qec 'joe env' /dev/null >said
             ! grep -q APP_KEY env && mv .joe_state out"
        ),
        left!(
            "joe: backup",
            "{ sleep 1; printf '\\031'; sleep 0.3; printf '\\013x'; sleep 0.5; } | timeout 20 script -qec 'joe env' /dev/null >said
             mv env~ out"
        ),
        left!(
            "nano, hung up on",
            "{ sleep 1; printf 'APP_KEY=%s\\n' \"$K\"; sleep 1; kill -HUP $(cat pid); sleep 0.5; } |
             timeout 20 script -qec 'sh -c \"echo \\$\\$ >pid; exec nano out/new\"' /dev/null >said; ls out/new.save >/dev/null"
        ),
        left!("nano: backup", "{ sleep 1; printf '\\013'; sleep 0.3; printf '\\017'; sleep 0.3; printf '\\r'; sleep 0.3; printf '\\030'; sleep 0.5; } |
             timeout 20 script -qec 'nano -B env' /dev/null >said; ! grep -q APP_KEY env && mv env~ out"),
        left!(
            "Emacs: automatic save, backup",
            "cp env 'out/#.env#' && cp env out/.env.~3~"
        ),
        left!(
            "VS Code: local history",
            "mkdir -p out/History/-5f3a1b2c && cp env out/History/-5f3a1b2c/aB3d.env &&
             echo '{\"version\":1,\"resource\":\"file:///srv/desk/.env\",\"entries\":[{\"id\":\"aB3d.env\",\"timestamp\":1700000000000}]}' \
             >out/History/-5f3a1b2c/entries.json"
        ),
        left!(
            "VS Code: hot exit",
            "mkdir -p out/Backups/1a2b/file && { echo 'file:///srv/desk/.env {\"mtime\":1700000000000,\"size\":60,\"etag\":\"x\",\"orphaned\":false}'; cat env; } \
             >out/Backups/1a2b/file/-7d0c"
        ),
    ]
}

fn plant(folder: &Path, key: &str, decoys: &str, line: &str) -> Box<dyn Any> {
    std::fs::create_dir(folder.join("out")).unwrap();
    std::fs::write(folder.join("env"), format!("APP_KEY={key}\nDB_HOST=y\n")).unwrap();
    shell(
        folder,
        &format!("export HOME=$PWD TERM=xterm K='{key}'; {line}"),
    );
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            std::fs::remove_file(path).unwrap();
        } else if !path.ends_with("out") {
            std::fs::remove_dir_all(path).unwrap();
        }
    }
    std::fs::write(folder.join("out/decoys.log"), decoys).unwrap();
    Box::new(())
}
