//! TLS: certificates of every kind, under every kind of name, and servers that speak only one thing of it.

use std::collections::BTreeMap;

use openssl::ssl::{
    SslContext, SslContextBuilder, SslFiletype, SslMethod, SslVerifyMode, SslVersion,
};

use crate::answering::{Begins, Manner, start};
use crate::authority::{
    Authority, ED25519, FUTURE, LEAF, P384, P521, PAST, RSA, RSA_1024, RSA_PSS, Shown, Spec,
};
use crate::row::{Imap, NONE, Pop3, Protocol, Row, SSL, STARTTLS, Smtp, TLS, row};

const HOST: &str = "mail.desk.example";

/// Names in a certificate with nothing else odd: the extension's value, the subject, the host it is asked for as.
#[rustfmt::skip]
const NAMES: &[(&str, &str, &str, &str)] = &[
    ("the name", "DNS:mail.desk.example", "/CN=desk", HOST),
    ("another", "DNS:www.desk.example", "/CN=desk", HOST),
    ("another, the name in CN", "DNS:www.desk.example", "/CN=mail.desk.example", HOST),
    ("the second of two", "DNS:www.desk.example,DNS:mail.desk.example", "/CN=desk", HOST),
    ("capitals in it", "DNS:MAIL.desk.EXAMPLE", "/CN=desk", HOST),
    ("capitals in the setting", "DNS:mail.desk.example", "/CN=desk", "Mail.Desk.Example"),
    ("a dot behind it", "DNS:mail.desk.example.", "/CN=desk", HOST),
    ("a dot behind the setting", "DNS:mail.desk.example", "/CN=desk", "mail.desk.example."),
    ("a dot behind both", "DNS:mail.desk.example.", "/CN=desk", "mail.desk.example."),
    ("the domain", "DNS:desk.example", "/CN=desk", HOST),
    (".domain", "DNS:.desk.example", "/CN=desk", HOST),
    ("*", "DNS:*.desk.example", "/CN=desk", HOST),
    ("* for the domain", "DNS:*.desk.example", "/CN=desk", "desk.example"),
    ("* for two parts", "DNS:*.desk.example", "/CN=desk", "a.mail.desk.example"),
    ("* of two parts", "DNS:*.example", "/CN=desk", "desk.example"),
    ("* of two parts for three", "DNS:*.example", "/CN=desk", HOST),
    ("* alone", "DNS:*", "/CN=desk", HOST),
    ("* alone for one part", "DNS:*", "/CN=desk", "localhost"),
    ("* twice", "DNS:*.*.example", "/CN=desk", HOST),
    ("* in the middle", "DNS:mail.*.example", "/CN=desk", HOST),
    ("* behind letters", "DNS:ma*.desk.example", "/CN=desk", HOST),
    ("* before letters", "DNS:*il.desk.example", "/CN=desk", HOST),
    ("* between letters", "DNS:m*l.desk.example", "/CN=desk", HOST),
    ("* twice in a part", "DNS:*a*.desk.example", "/CN=desk", HOST),
    ("* over a dot", "DNS:ma*.desk.example", "/CN=desk", "ma.il.desk.example"),
    ("* and capitals", "DNS:*.DESK.example", "/CN=desk", HOST),
    ("* for IDN", "DNS:*.example", "/CN=desk", "xn--bcher-kva.example"),
    ("* in IDN", "DNS:xn--*.example", "/CN=desk", "xn--bcher-kva.example"),
    ("IDN", "DNS:xn--bcher-kva.example", "/CN=desk", "xn--bcher-kva.example"),
    ("IDN as typed", "DNS:xn--bcher-kva.example", "/CN=desk", "bücher.example"),
    ("CN alone", "", "/CN=mail.desk.example", HOST),
    ("CN alone, another", "", "/CN=www.desk.example", HOST),
    ("CN alone, *", "", "/CN=*.desk.example", HOST),
    ("CN alone, capitals", "", "/CN=MAIL.desk.example", HOST),
    ("CN alone, the first of two", "", "/CN=mail.desk.example/CN=www.desk.example", HOST),
    ("CN alone, the second of two", "", "/CN=www.desk.example/CN=mail.desk.example", HOST),
    ("CN alone, behind O", "", "/O=desk/CN=mail.desk.example", HOST),
    ("no CN", "", "/O=mail.desk.example", HOST),
    ("CN beside an address", "IP:127.0.0.2", "/CN=mail.desk.example", HOST),
    ("CN beside an email", "email:a@desk.example", "/CN=mail.desk.example", HOST),
    ("CN beside a URI", "URI:https://mail.desk.example", "/CN=mail.desk.example", HOST),
    ("IP", "IP:127.0.0.1", "/CN=desk", "127.0.0.1"),
    ("IP, another", "IP:127.0.0.2", "/CN=desk", "127.0.0.1"),
    ("IP as DNS", "DNS:127.0.0.1", "/CN=desk", "127.0.0.1"),
    ("IP as CN", "", "/CN=127.0.0.1", "127.0.0.1"),
    ("IP as CN beside DNS", "DNS:mail.desk.example", "/CN=127.0.0.1", "127.0.0.1"),
    ("IP, short", "IP:127.0.0.1", "/CN=desk", "127.1"),
    ("IP by *", "DNS:*.0.0.1", "/CN=desk", "127.0.0.1"),
    ("IPv6 in brackets", "IP:0:0:0:0:0:0:0:1", "/CN=desk", "[::1]"),
    ("IPv6 as DNS in brackets", "DNS:::1", "/CN=desk", "[::1]"),
    ("IPv6 as DNS with brackets", "DNS:[::1]", "/CN=desk", "[::1]"),
    ("a blank before the setting", "DNS:mail.desk.example", "/CN=desk", " mail.desk.example"),
    ("ssl:// before the setting", "DNS:mail.desk.example", "/CN=desk", "ssl://mail.desk.example"),
];

/// What is odd about a certificate or its authority: its name, how it is made.
#[rustfmt::skip]
const CERTIFICATES: &[(&str, Spec)] = &[
    ("nothing odd", LEAF),
    ("RSA", Spec { key: RSA, signed_by: Some("rsa-root"), ..LEAF }),
    ("P-384", Spec { key: P384, ..LEAF }),
    ("P-521", Spec { key: P521, ..LEAF }),
    ("Ed25519", Spec { key: ED25519, ..LEAF }),
    ("RSA-PSS key", Spec { key: RSA_PSS, signed_by: Some("rsa-root"), ..LEAF }),
    ("RSA of 1024 bits", Spec { key: RSA_1024, ..LEAF }),
    ("RSA-PSS signature", Spec { key: RSA, signed_by: Some("rsa-root"), options: &["-sigopt", "rsa_padding_mode:pss"], ..LEAF }),
    ("authority of RSA-PSS", Spec { signed_by: Some("pss-root"), ..LEAF }),
    ("authority on P-521", Spec { signed_by: Some("p521-root"), ..LEAF }),
    ("SHA-1", Spec { digest: "sha1", ..LEAF }),
    ("SHA-512", Spec { digest: "sha512", ..LEAF }),
    ("expired", Spec { dates: PAST, ..LEAF }),
    ("not yet valid", Spec { dates: FUTURE, ..LEAF }),
    ("v1", Spec { extensions: "", subject: "/CN=mail.desk.example", ..LEAF }),
    ("self-signed", Spec { signed_by: None, ..LEAF }),
    ("self-signed, trusted", Spec { signed_by: None, subject: "/CN=trusted", ..LEAF }),
    ("self-signed v1, trusted", Spec { signed_by: None, extensions: "", subject: "/CN=mail.desk.example", ..LEAF }),
    ("self-signed CA, trusted", Spec { signed_by: None, subject: "/CN=trusted-ca", extensions: "subjectAltName=DNS:mail.desk.example\nbasicConstraints=CA:TRUE", ..LEAF }),
    ("self-signed expired, trusted", Spec { signed_by: None, subject: "/CN=trusted-expired", dates: PAST, ..LEAF }),
    ("trusted itself, its authority not", Spec { signed_by: Some("stranger"), subject: "/CN=leaf-trusted", ..LEAF }),
    ("stranger's", Spec { signed_by: Some("stranger"), ..LEAF }),
    ("CA:TRUE", Spec { extensions: "subjectAltName=DNS:mail.desk.example\nbasicConstraints=CA:TRUE", ..LEAF }),
    ("no basic constraints", Spec { extensions: "subjectAltName=DNS:mail.desk.example", ..LEAF }),
    ("authority expired", Spec { signed_by: Some("expired-root"), ..LEAF }),
    ("authority not yet valid", Spec { signed_by: Some("future-root"), ..LEAF }),
    ("authority CA:FALSE", Spec { signed_by: Some("not-a-ca"), ..LEAF }),
    ("authority without basic constraints", Spec { signed_by: Some("no-constraints"), ..LEAF }),
    ("authority v1", Spec { signed_by: Some("v1-root"), ..LEAF }),
    ("authority may not sign", Spec { signed_by: Some("no-cert-sign"), ..LEAF }),
    ("authority for other names", Spec { signed_by: Some("other-names"), ..LEAF }),
    ("an intermediate", Spec { signed_by: Some("intermediate"), ..LEAF }),
    ("an intermediate that has expired", Spec { signed_by: Some("expired-intermediate"), ..LEAF }),
    ("an intermediate too deep", Spec { signed_by: Some("too-deep"), ..LEAF }),
    ("an intermediate trusted, its root not", Spec { signed_by: Some("known-intermediate"), ..LEAF }),
    ("for keyCertSign", Spec { extensions: "subjectAltName=DNS:mail.desk.example\nkeyUsage=keyCertSign", ..LEAF }),
    ("for nonRepudiation", Spec { extensions: "subjectAltName=DNS:mail.desk.example\nkeyUsage=critical,nonRepudiation", ..LEAF }),
    ("for keyEncipherment", Spec { extensions: "subjectAltName=DNS:mail.desk.example\nkeyUsage=critical,keyEncipherment", ..LEAF }),
    ("for keyAgreement", Spec { extensions: "subjectAltName=DNS:mail.desk.example\nkeyUsage=critical,keyAgreement", ..LEAF }),
    ("for digitalSignature", Spec { extensions: "subjectAltName=DNS:mail.desk.example\nkeyUsage=critical,digitalSignature", ..LEAF }),
    ("for servers", Spec { extensions: "subjectAltName=DNS:mail.desk.example\nextendedKeyUsage=serverAuth", ..LEAF }),
    ("for clients", Spec { extensions: "subjectAltName=DNS:mail.desk.example\nextendedKeyUsage=clientAuth", ..LEAF }),
    ("for any use", Spec { extensions: "subjectAltName=DNS:mail.desk.example\nextendedKeyUsage=anyExtendedKeyUsage", ..LEAF }),
    ("for old Netscape", Spec { extensions: "subjectAltName=DNS:mail.desk.example\nextendedKeyUsage=msSGC", ..LEAF }),
    ("an unknown extension", Spec { extensions: "subjectAltName=DNS:mail.desk.example\n1.2.3.4=DER:05:00", ..LEAF }),
    ("an unknown critical extension", Spec { extensions: "subjectAltName=DNS:mail.desk.example\n1.2.3.4=critical,DER:05:00", ..LEAF }),
    ("must staple", Spec { extensions: "subjectAltName=DNS:mail.desk.example\ntlsfeature=status_request", ..LEAF }),
];

/// Of those, the ones that the bundle itself holds.
#[rustfmt::skip]
const TRUSTED: [&str; 5] = [
    "self-signed, trusted",
    "self-signed v1, trusted",
    "self-signed CA, trusted",
    "self-signed expired, trusted",
    "trusted itself, its authority not",
];

/// What a server speaks.
#[derive(Clone, Copy)]
struct Terms {
    key: &'static str,
    versions: (Option<SslVersion>, Option<SslVersion>),
    ciphers: &'static str,
    /// Key exchanges; nothing is openssl's own list.
    groups: &'static str,
    signatures: &'static str,
    /// The certificate of its authority is left out.
    alone: bool,
    wants_certificate: bool,
}

const USUAL: Terms = Terms {
    key: "nothing odd",
    versions: (None, None),
    ciphers: "ALL",
    groups: "",
    signatures: "",
    alone: false,
    wants_certificate: false,
};

const UP_TO_1_2: Terms = Terms {
    key: "RSA",
    versions: (None, Some(SslVersion::TLS1_2)),
    ..USUAL
};

#[rustfmt::skip]
const TERMS: &[(&str, Terms)] = &[
    ("TLS 1.3 alone", Terms { versions: (Some(SslVersion::TLS1_3), None), ..USUAL }),
    ("TLS 1.2 alone", Terms { versions: (Some(SslVersion::TLS1_2), Some(SslVersion::TLS1_2)), ..USUAL }),
    ("TLS 1.1 alone", Terms { versions: (Some(SslVersion::TLS1_1), Some(SslVersion::TLS1_1)), ..UP_TO_1_2 }),
    ("TLS 1.0 alone", Terms { versions: (Some(SslVersion::TLS1), Some(SslVersion::TLS1)), ..UP_TO_1_2 }),
    ("ECDHE-RSA-AES256-GCM-SHA384", Terms { ciphers: "ECDHE-RSA-AES256-GCM-SHA384", ..UP_TO_1_2 }),
    ("ECDHE-RSA-CHACHA20-POLY1305", Terms { ciphers: "ECDHE-RSA-CHACHA20-POLY1305", ..UP_TO_1_2 }),
    ("ECDHE-RSA-AES256-SHA384", Terms { ciphers: "ECDHE-RSA-AES256-SHA384", ..UP_TO_1_2 }),
    ("ECDHE-RSA-AES128-SHA256", Terms { ciphers: "ECDHE-RSA-AES128-SHA256", ..UP_TO_1_2 }),
    ("ECDHE-RSA-AES256-SHA", Terms { ciphers: "ECDHE-RSA-AES256-SHA", ..UP_TO_1_2 }),
    ("ECDHE-ECDSA-AES128-CCM", Terms { key: "nothing odd", ciphers: "ECDHE-ECDSA-AES128-CCM", ..UP_TO_1_2 }),
    ("ECDHE-RSA-NULL", Terms { ciphers: "ECDHE-RSA-NULL-SHA", ..UP_TO_1_2 }),
    ("DHE-RSA-AES256-GCM-SHA384", Terms { ciphers: "DHE-RSA-AES256-GCM-SHA384", ..UP_TO_1_2 }),
    ("DHE-RSA-AES128-SHA", Terms { ciphers: "DHE-RSA-AES128-SHA", ..UP_TO_1_2 }),
    ("AES256-GCM-SHA384", Terms { ciphers: "AES256-GCM-SHA384", ..UP_TO_1_2 }),
    ("AES128-SHA", Terms { ciphers: "AES128-SHA", ..UP_TO_1_2 }),
    ("ADH", Terms { ciphers: "ADH-AES256-GCM-SHA384", ..UP_TO_1_2 }),
    ("P-521 alone", Terms { groups: "P-521", ..USUAL }),
    ("P-384 alone", Terms { groups: "P-384", ..USUAL }),
    ("X448 alone", Terms { groups: "X448", ..USUAL }),
    ("brainpool alone, TLS 1.2", Terms { groups: "brainpoolP256r1", ..UP_TO_1_2 }),
    ("secp256k1 alone, TLS 1.2", Terms { groups: "secp256k1", ..UP_TO_1_2 }),
    ("signatures of SHA-1, TLS 1.2", Terms { signatures: "RSA+SHA1", ..UP_TO_1_2 }),
    ("signatures of SHA-224, TLS 1.2", Terms { signatures: "RSA+SHA224", ..UP_TO_1_2 }),
    ("signatures of PKCS #1, TLS 1.2", Terms { signatures: "RSA+SHA256", ..UP_TO_1_2 }),
    ("the intermediate left out", Terms { key: "an intermediate", alone: true, ..USUAL }),
    ("a client's certificate wanted, TLS 1.2", Terms { wants_certificate: true, ..UP_TO_1_2 }),
    ("a client's certificate wanted, TLS 1.3", Terms { wants_certificate: true, versions: (Some(SslVersion::TLS1_3), None), ..USUAL }),
];

fn context(shown: &Shown, terms: &Terms) -> SslContext {
    let mut builder = SslContextBuilder::new(SslMethod::tls_server()).unwrap();
    builder.set_security_level(0);
    builder.set_cipher_list(terms.ciphers).unwrap();
    let (least, most) = terms.versions;
    builder
        .set_min_proto_version(least.or(Some(SslVersion::TLS1)))
        .unwrap();
    builder.set_max_proto_version(most).unwrap();
    if !terms.groups.is_empty() {
        builder.set_groups_list(terms.groups).unwrap();
    }
    if !terms.signatures.is_empty() {
        builder.set_sigalgs_list(terms.signatures).unwrap();
    }
    builder
        .set_tmp_dh(&openssl::dh::Dh::get_2048_256().unwrap())
        .unwrap();
    let chain = if terms.alone {
        &shown.alone
    } else {
        &shown.chain
    };
    builder.set_certificate_chain_file(chain).unwrap();
    builder
        .set_private_key_file(&shown.key, SslFiletype::PEM)
        .unwrap();
    if terms.wants_certificate {
        builder.set_verify(SslVerifyMode::PEER | SslVerifyMode::FAIL_IF_NO_PEER_CERT);
    }
    builder.build()
}

fn server(protocol: Protocol, begins: Begins, context: SslContext) -> u16 {
    start(Manner {
        protocol,
        answers: &[],
        folders: &["INBOX"],
        ending: "\r\n",
        tls: Some((begins, context)),
    })
}

/// All of them, and what both sides have to trust.
pub fn rows() -> (Vec<Row>, Authority) {
    let mut leaves: BTreeMap<String, Spec> = BTreeMap::new();
    for (name, spec) in CERTIFICATES {
        leaves.insert((*name).to_owned(), *spec);
    }
    for (number, (_, names, subject, _)) in NAMES.iter().enumerate() {
        let extensions = match *names {
            "" => "basicConstraints=CA:FALSE".to_owned(),
            names => format!("subjectAltName={names}\nbasicConstraints=CA:FALSE"),
        };
        let spec = Spec {
            subject,
            extensions: extensions.leak(),
            ..LEAF
        };
        leaves.insert(format!("name {number}"), spec);
    }
    let authority = Authority::new(&leaves, &TRUSTED.map(str::to_owned));
    let shows = |name: &str| context(&authority.shown(name), &USUAL);
    let mut rows = Vec::new();
    for (number, (name, _, _, host)) in NAMES.iter().enumerate() {
        let port = server(Imap, Begins::AtOnce, shows(&format!("name {number}")));
        rows.push(row(format!("tls names/{name}"), Imap, SSL, port).host(host));
    }
    for (name, _) in CERTIFICATES {
        let port = server(Imap, Begins::AtOnce, shows(name));
        let checked = row(format!("tls certificates/{name}"), Imap, SSL, port).host(HOST);
        let unchecked = row(
            format!("tls certificates/{name}, unchecked"),
            Imap,
            SSL,
            port,
        );
        rows.extend([checked, unchecked.host(HOST).unchecked()]);
    }
    let ways = [
        ("imap", Imap, Begins::AtOnce, SSL),
        ("imap STARTTLS", Imap, Begins::Asked, STARTTLS),
        ("pop3", Pop3, Begins::AtOnce, TLS),
        ("smtp", Smtp, Begins::AtOnce, SSL),
        ("smtp STARTTLS", Smtp, Begins::Asked, TLS),
    ];
    for (way, protocol, begins, encryption) in ways {
        for (name, terms) in TERMS {
            let context = context(&authority.shown(terms.key), terms);
            let port = server(protocol, begins, context);
            let one = row(
                format!("tls terms/{way}, {name}"),
                protocol,
                encryption,
                port,
            );
            rows.push(one.host(HOST));
        }
        // The certificate and the name, each way.
        for (name, shown, host) in [
            ("nothing odd", "nothing odd", HOST),
            ("expired", "expired", HOST),
            ("stranger's", "stranger's", HOST),
            ("another name", "nothing odd", "localhost"),
        ] {
            let port = server(protocol, begins, shows(shown));
            let checked = row(
                format!("tls ways/{way}, {name}"),
                protocol,
                encryption,
                port,
            );
            let unchecked = row(
                format!("tls ways/{way}, {name}, unchecked"),
                protocol,
                encryption,
                port,
            );
            rows.extend([checked.host(host), unchecked.host(host).unchecked()]);
        }
    }
    rows.extend(modes(&shows("nothing odd")));
    rows.iter()
        .for_each(|row| assert!(row.name.contains('/'), "{}", row.name));
    (rows, authority)
}

/// Every code of encryption at servers that speak without TLS, with it, and both.
fn modes(context: &SslContext) -> Vec<Row> {
    let kinds: [(&str, Option<Begins>); 3] = [
        ("no TLS", None),
        ("TLS at once", Some(Begins::AtOnce)),
        ("STARTTLS", Some(Begins::Asked)),
    ];
    let mut rows = Vec::new();
    for (protocol, named) in [(Imap, "imap"), (Pop3, "pop3"), (Smtp, "smtp")] {
        for (kind, begins) in kinds {
            let port = start(Manner {
                protocol,
                answers: &[],
                folders: &["INBOX"],
                ending: "\r\n",
                tls: begins.map(|begins| (begins, context.clone())),
            });
            for code in [NONE, SSL, TLS, STARTTLS] {
                // Each of these waits until FreeScout's patience ends, and says nothing new.
                let waits = begins == Some(Begins::AtOnce)
                    && (code == NONE || protocol == Smtp && code != SSL || code == STARTTLS);
                if !waits {
                    rows.push(
                        row(
                            format!("modes/{named}, {kind}, code {code}"),
                            protocol,
                            code,
                            port,
                        )
                        .host(HOST),
                    );
                }
            }
        }
    }
    rows
}
