//! PHP's serialised values: a text comes back as it was, and no more is read than is there.

use freescout_rescue::domain::payload::php::{self, PhpValue};

pub(super) fn check(bytes: &[u8]) {
    if let Ok(PhpValue::Text(text)) = php::unserialize(bytes) {
        let within = bytes.as_ptr_range();
        assert!(text.is_empty() || within.contains(&text.as_ptr()));
        assert!(text.len() + br#"s:0:"";"#.len() <= bytes.len());
    }
    let written = php::serialize_text(bytes);
    assert!(php::unserialize(&written) == Ok(PhpValue::Text(bytes)));
    assert!(php::begins_serialized(&written));
    // Whatever stands behind a value is not looked at, and a value that is cut is none.
    if php::unserialize(bytes).is_ok() {
        let followed = [bytes, b"}\";"].concat();
        assert!(php::unserialize(&followed) == php::unserialize(bytes));
    }
    assert!(php::unserialize(&written[..written.len() - 1]).is_err());
    // A list of it is read to its end: one value more is one too many.
    let list = [b"a:2:{i:0;", &written[..], b"i:1;", bytes, b"}"].concat();
    if let Ok(value) = php::unserialize(&list) {
        assert!(value == PhpValue::Array);
    }
}
