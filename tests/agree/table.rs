//! The comparison itself: all rows through both, and the table of agreement.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fmt::Write;
use std::path::Path;
use std::process::Command;

use crate::freescout::{self, VARIABLE};
use crate::kept::{KEPT, Side};
use crate::not_tried::not_tried;
use crate::row::{Row, own_host};
use crate::{ours, rows};

/// The name of a variable with a word: only rows with it in their names are compared.
const ONLY: &str = "AGREE_ONLY";

/// How often each pair of answers came, of one kind of row.
#[derive(Default)]
struct Count {
    both: usize,
    neither: usize,
    only_ours: usize,
    only_freescouts: usize,
}

#[test]
fn what_we_say_is_what_freescout_does() {
    let Some(checkout) = freescout::checkout() else {
        not_tried(&format!(
            "NOT RUN: {VARIABLE} names no checkout of FreeScout; what FreeScout's own code makes of these mailboxes is"
        ));
        return;
    };
    let (mut all, authority) = rows::tls::rows();
    let debian = rows::debian::start();
    all.extend(debian.rows.clone());
    all.extend(rows::replies::rows());
    all.extend(rows::hosts::rows());
    let names: BTreeSet<&str> = all.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names.len(), all.len(), "two rows have one name");
    for kept in KEPT {
        assert!(
            names.contains(kept.row),
            "{}: no row is called so",
            kept.row
        );
    }
    if let Ok(word) = std::env::var(ONLY) {
        not_tried(&format!(
            "{ONLY} is set: rows without {word:?} in their names are"
        ));
        all.retain(|row| row.name.contains(&word));
    }

    let hosts = authority.bundle().with_file_name("hosts");
    let own = (1..=all.len()).map(|id| format!("127.0.0.1 {}\n", own_host(id)));
    let own: String = own.collect();
    std::fs::write(&hosts, rows::hosts::FILE.to_owned() + &own).unwrap();
    let trusted = authority.bundle();
    let (theirs, ours) = std::thread::scope(|scope| {
        let theirs =
            scope.spawn(|| freescout::answers(&checkout, &all, &trusted, with_hosts(&hosts)));
        let ours = ours::results(&all, &trusted, with_hosts(&hosts));
        (theirs.join().unwrap(), ours)
    });
    judge(&all, &theirs, &ours);
}

/// A command that runs the one added to it where these are the known hosts.
fn with_hosts(file: &Path) -> Command {
    let mut command = Command::new("unshare");
    let script = "mount --bind \"$0\" /etc/hosts && exec \"$@\"";
    command
        .args(["--mount", "sh", "-c", script].map(OsStr::new))
        .arg(file);
    command
}

fn judge(
    rows: &[Row],
    theirs: &BTreeMap<usize, freescout::Answers>,
    ours: &BTreeMap<usize, ours::Result>,
) {
    let silent = freescout::Answers::default();
    let mut counts: BTreeMap<&str, Count> = BTreeMap::new();
    let mut disagreements = String::new();
    let mut every = String::new();
    let mut wrong = Vec::new();
    for (id, row) in (1..).zip(rows) {
        let their = theirs.get(&id).unwrap_or(&silent);
        let our = ours
            .get(&id)
            .unwrap_or_else(|| panic!("no result of ours for {}", row.name));
        let (kind, _) = row.name.split_once('/').expect("a name has its kind");
        let count = counts.entry(kind).or_default();
        let kept = KEPT.iter().find(|kept| kept.row == row.name);
        let side = match (our.works(), their.works()) {
            (true, true) => {
                count.both += 1;
                None
            }
            (false, false) => {
                count.neither += 1;
                None
            }
            (true, false) => {
                count.only_ours += 1;
                Some(Side::Ours)
            }
            (false, true) => {
                count.only_freescouts += 1;
                Some(Side::FreeScouts)
            }
        };
        let marks = |works| if works { '✓' } else { '✗' };
        let (our_told, their_told) = (our.told(), their.told());
        let line = format!(
            "{} ours {} FreeScout {}\n    ours: {our_told}\n    FreeScout: {their_told}",
            row.name,
            marks(our.works()),
            marks(their.works())
        );
        writeln!(every, "{line}").unwrap();
        match (side, kept) {
            (None, None) => {}
            (None, Some(_)) => wrong.push(format!(
                "{}: they agree, so it is no difference to keep",
                row.name
            )),
            (Some(side), Some(kept)) if side != kept.works => {
                wrong.push(format!("{}: it works for {side:?}", row.name))
            }
            (Some(_), Some(kept)) if !our.tells(kept.told) => {
                wrong.push(format!("{}: we do not say {:?}", row.name, kept.told));
            }
            (Some(_), Some(_)) => {}
            (Some(_), None) => wrong.push(row.name.clone()),
        }
        if side.is_some() {
            let known = if kept.is_some() { "(kept) " } else { "" };
            writeln!(disagreements, "{known}{line}").unwrap();
        }
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/agree/rows.txt");
    std::fs::write(&file, every).unwrap();
    let mut table = format!(
        "\n{:<20} {:>5} {:>5} {:>14} {:>14}\n",
        "", "✓/✓", "✗/✗", "only ours ✓", "only theirs ✓"
    );
    let mut line = |kind: &str, c: &Count| {
        writeln!(
            table,
            "{kind:<20} {:>5} {:>5} {:>14} {:>14}",
            c.both, c.neither, c.only_ours, c.only_freescouts
        )
        .unwrap();
    };
    let mut total = Count::default();
    for (kind, count) in &counts {
        line(kind, count);
        total.both += count.both;
        total.neither += count.neither;
        total.only_ours += count.only_ours;
        total.only_freescouts += count.only_freescouts;
    }
    line("all", &total);
    println!("{table}\n{disagreements}\nEvery row: {}", file.display());
    assert!(
        wrong.is_empty(),
        "{} rows:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
