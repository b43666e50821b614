//! What our program makes of the rows: `test --json` on a throw-away install whose mailboxes they are.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde::Deserialize;

use crate::install::Install;
use crate::row::Row;

/// One result.
#[derive(Clone, Debug, Deserialize)]
pub struct Result {
    mailbox: Option<usize>,
    direction: String,
    verdict: String,
    code: String,
    #[serde(default)]
    rung: Option<String>,
    #[serde(default)]
    server_said: Option<String>,
    #[serde(default)]
    advice: Option<String>,
    #[serde(default)]
    cautions: Vec<String>,
}

impl Result {
    /// Whether we say that mail comes in, or goes out.
    pub fn works(&self) -> bool {
        self.verdict == "ok"
    }

    /// Whether the operator is told this.
    pub fn tells(&self, words: &str) -> bool {
        let all = [
            self.advice.iter().collect(),
            self.cautions.iter().collect::<Vec<_>>(),
        ]
        .concat();
        all.iter().any(|text| text.contains(words))
    }

    /// In one line, for a person.
    pub fn told(&self) -> String {
        let rung = self.rung.as_deref().unwrap_or("no rung");
        let said = self.server_said.as_deref().unwrap_or_default();
        let advice = self.advice.as_deref().unwrap_or_default();
        let cautions = self.cautions.join(" | ");
        format!(
            "{} at {rung}, said {said:?}, advice {advice:?}, cautions {cautions:?}",
            self.code
        )
    }
}

/// Our results by the rows' numbers, from 1. `prepared` is a command that runs the one added to it.
pub fn results(rows: &[Row], trusted: &Path, prepared: Command) -> BTreeMap<usize, Result> {
    let mailboxes: Vec<_> = (1..).zip(rows).map(|(id, row)| row.mailbox(id)).collect();
    let install = Install::with(&mailboxes);
    let mut command = prepared;
    command.arg(env!("CARGO_BIN_EXE_freescout-rescue"));
    let arguments = [
        "test",
        "--json",
        "--no-artisan",
        "--concurrency",
        "16",
        "--per-server",
        "8",
    ];
    let (_, out, err) = install.run_by(command, trusted, &arguments);
    #[derive(Deserialize)]
    struct Report {
        results: Vec<Result>,
    }
    let report: Report = serde_json::from_str(&out).unwrap_or_else(|e| panic!("{e}: {out}{err}"));
    let results = report.results.into_iter().filter_map(|result| {
        let id = result.mailbox?;
        (rows.get(id - 1)?.direction() == result.direction).then_some((id, result))
    });
    results.collect()
}
