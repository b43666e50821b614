//! The moment of a run, in this machine's time zone.

/// The moment, as used in names and in records.
pub fn now() -> (String, String) {
    let now = jiff::Zoned::now();
    (
        now.strftime("%Y%m%d-%H%M%S").to_string(),
        now.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
    )
}
