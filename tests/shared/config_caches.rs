//! Cached configurations as FreeScout wrote them.

use freescout_rescue::domain::config::var_export::{self, ExportedValue};
use freescout_rescue::domain::key::app_key::AppKey;

use crate::folder;

#[test]
fn the_incidents_configurations_are_read() {
    let incidents = std::fs::read_dir(folder().join("incidents")).unwrap();
    let mut seen = 0;
    for incident in incidents {
        let path = incident.unwrap().path().join("config.php");
        let Ok(bytes) = std::fs::read(&path) else {
            continue;
        };
        let config = var_export::read(&bytes).unwrap();
        let key = config
            .at(&["app", "key"])
            .and_then(ExportedValue::as_text)
            .unwrap();
        assert!(AppKey::parse(key).is_ok(), "{}", path.display());
        let driver = config
            .at(&["database", "default"])
            .and_then(ExportedValue::as_text)
            .unwrap();
        let driver = std::str::from_utf8(driver).unwrap();
        assert!(
            config
                .at(&["database", "connections", driver, "host"])
                .and_then(ExportedValue::as_text)
                .is_some()
        );
        seen += 1;
    }
    assert!(seen >= 6, "only {seen} configurations");
}
