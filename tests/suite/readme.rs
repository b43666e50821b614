//! What the README gives to be copied into other systems: it can be read by them, and names what there is.

use saphyr_parser::{Event, Parser};

use freescout_rescue::domain::run::watch::{CheckCode, WatchCode, metrics};

const README: &str = include_str!("../../README.md");

/// The metrics that rules may rest on.
const METRICS: [&str; 5] = [
    metrics::CHECK_STATE.name,
    metrics::LAST_ROUND.name,
    metrics::MATTER.name,
    metrics::STATE.name,
    metrics::UP.name,
];

/// The blocks of YAML in it.
fn blocks() -> Vec<&'static str> {
    let blocks = README.split("```yaml\n").skip(1);
    blocks
        .map(|rest| rest.split("```\n").next().unwrap())
        .collect()
}

/// The texts of a document, in their order: keys and values.
fn texts(yaml: &str) -> Vec<String> {
    let events =
        Parser::new_from_str(yaml).map(|event| event.unwrap_or_else(|e| panic!("{e}: {yaml}")));
    let texts = events.filter_map(|(event, _)| match event {
        Event::Scalar(text, ..) => Some(text.into_owned()),
        _ => None,
    });
    texts.collect()
}

/// The values of a key.
fn values(texts: &[String], key: &str) -> Vec<String> {
    let pairs = texts.windows(2).filter(|pair| pair[0] == key);
    pairs.map(|pair| pair[1].clone()).collect()
}

#[test]
fn the_playbook_gives_a_file_that_the_watch_takes() {
    let blocks = blocks();
    let playbook = blocks
        .iter()
        .find(|block| block.contains("hosts:"))
        .unwrap();
    let texts = texts(playbook);
    let commands = values(&texts, "ansible.builtin.command");
    assert_eq!(commands.len(), 2);
    for command in commands {
        assert!(
            command.starts_with("/usr/local/sbin/freescout-rescue watch "),
            "{command}"
        );
    }
    // What is in a folder or file that others may change is refused.
    let files = values(&texts, "mode");
    assert_eq!(files, ["0755", "0700", "0600"]);
    assert_eq!(values(&texts, "owner"), ["root"; 3]);
}

#[test]
fn the_rules_name_metrics_and_codes_that_there_are() {
    let blocks = blocks();
    let rules = blocks
        .iter()
        .find(|block| block.contains("rules:"))
        .unwrap();
    let texts = texts(rules);
    let rules = values(&texts, "expr");
    let alerts = values(&texts, "alert");
    assert!(rules.len() == alerts.len() && rules.len() >= 5, "{rules:?}");
    assert_eq!(values(&texts, "summary").len(), rules.len());
    let mut named = 0;
    for rule in &rules {
        let words = rule.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        for metric in words.filter(|word| word.starts_with("freescout_")) {
            assert!(METRICS.contains(&metric), "{metric} in {rule}");
            named += 1;
        }
        let label = |name: &str| Some(rule.split_once(&format!("{name}=\""))?.1.split_once('"')?.0);
        if let Some(code) = label("code") {
            assert!(
                WatchCode::ALL.iter().any(|one| one.name() == code),
                "{rule}"
            );
        }
        if let Some(check) = label("check") {
            assert!(
                CheckCode::ALL.iter().any(|one| one.name() == check),
                "{rule}"
            );
        }
    }
    assert!(named >= rules.len());
    // Those that the text around them names are there as well.
    let around = README
        .split("## After the rescue")
        .nth(1)
        .unwrap()
        .split("\n## ")
        .next()
        .unwrap();
    for word in around.split(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
        assert!(
            !word.starts_with("freescout_rescue_") || METRICS.contains(&word),
            "{word}"
        );
    }
}
