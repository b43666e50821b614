//! What stands for a key: the rows of one on paper, and the text of a safe. What is read of either can be written, and reads
//! the same then.

use freescout_rescue::domain::key::app_key::AppKey;
use freescout_rescue::domain::key::paper;
use freescout_rescue::domain::key::safe::{self, SafeEntry};

pub(super) fn check(bytes: &[u8]) {
    if let Some(Ok(key)) = paper::read(bytes) {
        let rows = paper::rows(&key).expect("it was read from rows");
        let rows: Vec<&str> = rows.iter().map(|row| row.as_str()).collect();
        let again = paper::read(rows.join(" ").as_bytes());
        assert!(matches!(again, Some(Ok(again)) if again.text() == key.text()));
    }
    let read = safe::keys(bytes).unwrap_or_default();
    let keys = read
        .iter()
        .filter_map(|(_, text)| AppKey::parse(text.expose()).ok());
    let keys: Vec<AppKey> = keys.collect();
    let entries: Vec<SafeEntry<'_>> = keys
        .iter()
        .map(|key| SafeEntry {
            about: vec!["found somewhere".to_owned()],
            key,
        })
        .collect();
    let again = safe::keys(&safe::text(&[], &entries)).expect("it was written as one");
    let again = again.iter().map(|(_, text)| text.expose());
    assert!(again.eq(keys.iter().map(AppKey::text)));
}
