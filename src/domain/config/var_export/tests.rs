//! Every kind of value, the bounds, the incidents' own configurations, and a round trip through a small writer.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;

fn text(t: &str) -> ExportedValue {
    ExportedValue::Text(SecretBytes::from(t.as_bytes()))
}

fn php(expression: &str) -> Result<ExportedValue, Fault> {
    read(format!("<?php return {expression};\n").as_bytes()).map_err(|e| e.fault)
}

#[test]
fn scalars_read_as_php_writes_them() {
    for (written, value) in [
        ("NULL", ExportedValue::Null),
        ("true", ExportedValue::Bool(true)),
        ("false", ExportedValue::Bool(false)),
        ("-7", ExportedValue::Int(-7)),
        ("9223372036854775807", ExportedValue::Int(i64::MAX)),
        ("-9223372036854775807-1", ExportedValue::Int(i64::MIN)),
        (
            "9223372036854775808",
            ExportedValue::Float(9_223_372_036_854_775_808.0),
        ),
        ("1.0E+25", ExportedValue::Float(1.0e25)),
        ("-0.5", ExportedValue::Float(-0.5)),
        ("INF", ExportedValue::Float(f64::INFINITY)),
        ("-INF", ExportedValue::Float(f64::NEG_INFINITY)),
        (r"'it\'s \\ \n'", text(r"it's \ \n")),
        (r"'end\\'", text(r"end\")),
        (
            r#"'' . "\0" . 'a' . "\0" . '' . "\0" . ''"#,
            text("\0a\0\0"),
        ),
        ("''", text("")),
        (
            "(object) array(\n  'a' => 1,\n)",
            ExportedValue::Object(b"stdClass".to_vec()),
        ),
        (
            "stdClass::__set_state(array(\n))",
            ExportedValue::Object(b"stdClass".to_vec()),
        ),
        (
            r"\App\Thing::__set_state(array( 'x' => array ( 0 => NULL, ), ))",
            ExportedValue::Object(br"\App\Thing".to_vec()),
        ),
        (
            r"\App\Kind::Open",
            ExportedValue::Object(br"\App\Kind::Open".to_vec()),
        ),
    ] {
        assert_eq!(php(written), Ok(value), "{written}");
    }
    assert!(matches!(php("NAN"), Ok(ExportedValue::Float(f)) if f.is_nan()));
}

#[test]
fn what_var_export_never_writes_is_refused() {
    for written in [
        "",
        "env('APP_KEY')",
        "'a' . $x",
        "array (0 => 1",
        "array (0 = 1)",
        "array (1.5 => 1)",
        "'open",
        r"'open\'",
        r#""a""#,
        "1 + 1",
        "-",
        "--1",
        "1e",
        "1; system('id')",
        "PHP_INT_MAX",
        "array (0 => 1 1 => 2)",
        "[1]",
        "\\",
    ] {
        assert_eq!(php(written), Err(Fault::Syntax), "{written}");
    }
    let error = read(b"<?php return array (\n  'a' => 1,\n  'b' => sentinel(),\n);").unwrap_err();
    assert_eq!((error.line, error.fault), (3, Fault::Syntax));
    assert!(!error.to_string().contains("sentinel"));
}

#[test]
fn nesting_and_size_are_bounded() {
    let nested = |n: usize| format!("{}1{}", "array (0 => ".repeat(n), ")".repeat(n));
    assert!(php(&nested(DEEPEST)).is_ok());
    assert_eq!(php(&nested(DEEPEST + 1)), Err(Fault::TooDeep));
    assert_eq!(php(&nested(100_000)), Err(Fault::TooDeep));
    assert_eq!(
        php(&format!("'{}'", "x".repeat(LARGEST))),
        Err(Fault::TooLarge)
    );
}

#[test]
fn the_last_of_two_equal_keys_counts() {
    let value = php("array ('a' => 1, 'a' => array ('b' => 2), 5 => 3)").unwrap();
    assert_eq!(value.at(&["a", "b"]), Some(&ExportedValue::Int(2)));
    assert_eq!(value.get("5"), Some(&ExportedValue::Int(3)));
    assert_eq!(value.get("05"), None);
    assert_eq!(value.get_index(5), value.get("5"));
    assert_eq!(value.at(&["a", "b", "c"]), None);
}

#[test]
fn the_key_is_the_direct_member_of_app() {
    let config = br"<?php return array (
  'services' => array ( 'key' => 'wrong', 'app' => array ( 'key' => 'wrong', ), ),
  'app' => 
  array (
    'inner' => array ( 'key' => 'wrong', ),
    'key' => 'base64:right=',
    'text' => '\'key\' => \'wrong\'',
  ),
  'last' => array ( 'key' => 'wrong', ),
);
";
    let config = read(config).unwrap();
    assert_eq!(
        config.at(&["app", "key"]).and_then(ExportedValue::as_text),
        Some(&b"base64:right="[..])
    );
    assert!(!format!("{config:?}").contains("right"));
}

/// Writes as PHP does: short of its line breaks, which carry no meaning.
fn export(value: &ExportedValue, out: &mut Vec<u8>) {
    match value {
        ExportedValue::Null => out.extend_from_slice(b"NULL"),
        ExportedValue::Bool(b) => out.extend_from_slice(b.to_string().as_bytes()),
        ExportedValue::Int(i64::MIN) => out.extend_from_slice(b"-9223372036854775807-1"),
        ExportedValue::Int(n) => out.extend_from_slice(n.to_string().as_bytes()),
        ExportedValue::Float(f) if f.is_infinite() => {
            out.extend_from_slice(if *f > 0.0 { b"INF" } else { b"-INF" })
        }
        ExportedValue::Float(f) => {
            out.extend_from_slice(format!("{f:?}").replace('e', "E").as_bytes())
        }
        ExportedValue::Text(t) => export_text(t.expose(), out),
        ExportedValue::Object(name) => {
            out.extend_from_slice(name);
            out.extend_from_slice(b"::__set_state(array(\n   'x' => NULL,\n))");
        }
        ExportedValue::Array(members) => {
            out.extend_from_slice(b"array (\n");
            for (key, value) in members {
                match key {
                    Key::Int(n) => export(&ExportedValue::Int(*n), out),
                    Key::Text(t) => export_text(t, out),
                }
                out.extend_from_slice(b" => \n");
                export(value, out);
                out.extend_from_slice(b",\n");
            }
            out.push(b')');
        }
    }
}

fn export_text(text: &[u8], out: &mut Vec<u8>) {
    out.push(b'\'');
    for &byte in text {
        match byte {
            0 => out.extend_from_slice(br#"' . "\0" . '"#),
            b'\'' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            _ => out.push(byte),
        }
    }
    out.push(b'\'');
}

fn a_value() -> impl Strategy<Value = ExportedValue> {
    let bytes = || {
        proptest::collection::vec(
            prop_oneof![any::<u8>(), Just(b'\''), Just(b'\\'), Just(0)],
            0..12,
        )
    };
    let key = prop_oneof![any::<i64>().prop_map(Key::Int), bytes().prop_map(Key::Text)];
    let leaf = prop_oneof![
        Just(ExportedValue::Null),
        any::<bool>().prop_map(ExportedValue::Bool),
        prop_oneof![any::<i64>(), Just(i64::MIN)].prop_map(ExportedValue::Int),
        (proptest::num::f64::NORMAL | proptest::num::f64::INFINITE | proptest::num::f64::ZERO)
            .prop_map(ExportedValue::Float),
        bytes().prop_map(|b| ExportedValue::Text(SecretBytes::from(b))),
        "[A-Za-z_][A-Za-z_\\\\]{0,8}".prop_map(|n| ExportedValue::Object(n.into_bytes())),
    ];
    leaf.prop_recursive(5, 40, 6, move |inner| {
        proptest::collection::vec((key.clone(), inner), 0..6).prop_map(ExportedValue::Array)
    })
}

proptest! {
    #[test]
    fn what_is_exported_reads_back(value in a_value()) {
        let mut out = b"<?php return ".to_vec();
        export(&value, &mut out);
        out.extend_from_slice(b";\n");
        prop_assert_eq!(read(&out), Ok(value));
    }

    #[test]
    fn broken_texts_are_refused_quietly(value in a_value(), cut in 0.0..1.0f64, junk in any::<[u8; 3]>()) {
        let mut out = b"<?php return ".to_vec();
        export(&value, &mut out);
        let at = (out.len() as f64 * cut) as usize;
        let short = read(&out[..at]);
        prop_assert!(short.is_err());
        out.splice(at..at, junk);
        let _ = read(&out);
        let _ = read(&junk);
    }
}
