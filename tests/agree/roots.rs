//! Servers of Debian that are not installed here, since they exclude each other: each is installed once in a layer above this
//! system, in `target/agree`, and runs in a copy of it. `root.sh` does both; the scripts in `roots/` set them up.

use std::ffi::OsStr;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::certificates::{Certificate, certificates};
use crate::dialogue::Dialogue;
use crate::guard::{Guard, await_some, free_port, new_folder, program, run};

const HOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// A kind of server: its script's name, its packages, how many ports it listens on.
pub struct Kind {
    name: &'static str,
    packages: &'static [&'static str],
    ports: usize,
}

pub const EXIM: Kind = Kind {
    name: "exim",
    packages: &["exim4-daemon-light"],
    ports: 3,
};

pub const COURIER: Kind = Kind {
    name: "courier",
    packages: &["courier-imap", "courier-pop", "courier-authlib-userdb"],
    ports: 4,
};

pub const CYRUS: Kind = Kind {
    name: "cyrus",
    packages: &[
        "cyrus-imapd",
        "cyrus-pop3d",
        "sasl2-bin",
        "libsasl2-modules",
        "libsasl2-modules-db",
    ],
    ports: 5,
};

/// A running one. Its ports are those of the script, in order.
pub struct Server {
    pub ports: Vec<u16>,
    guard: Guard,
}

impl Server {
    /// Installs it where it is not yet, which takes access to Debian's packages, and starts it.
    pub fn start(kind: &Kind) -> Self {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let script = here.join("tests/agree/root.sh");
        let layer = here.join("target/agree").join(kind.name);
        if !layer.join("installed").exists() {
            run(Command::new(program("/bin/sh"))
                .arg(&script)
                .arg("install")
                .arg(&layer)
                .args(kind.packages));
        }
        let ports: Vec<u16> = (0..kind.ports).map(|_| free_port(HOST)).collect();
        let folder = new_folder(kind.name);
        let setup = here.join(format!("tests/agree/roots/{}.sh", kind.name));
        let words: Vec<String> = ports.iter().map(u16::to_string).collect();
        let state = folder.path().join("state");
        let [certificate, key] = [
            certificates().certificate(Certificate::Good),
            certificates().key(Certificate::Good),
        ];
        let paths: [PathBuf; 4] = [script, layer, state, setup];
        let [script, layer, state, setup] = paths.each_ref().map(|path| path.as_os_str());
        let mut command = vec![program("/bin/sh"), script, "run".as_ref(), layer, state];
        command.extend(["bash".as_ref(), "-e".as_ref(), setup]);
        command.extend(words.iter().map(OsStr::new));
        command.extend([certificate.as_os_str(), key.as_os_str()]);
        let server = Self {
            guard: Guard::over(folder, &command),
            ports,
        };
        server.await_ready();
        server
    }

    /// Those without TLS greet; the last one listens when all do.
    fn await_ready(&self) {
        let last = *self.ports.last().expect("every kind has ports");
        await_some(
            || format!("the ports of a server\n{}", self.guard.log()),
            || std::net::TcpStream::connect((HOST, last)).ok(),
        );
        await_some(
            || format!("a greeting\n{}", self.guard.log()),
            || Dialogue::greeted(HOST, self.ports[0]).ok(),
        );
    }
}
