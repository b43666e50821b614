//! A second hold of a connection's socket, to shut it from another thread: the library waits for an answer however slowly
//! it comes, and reads what nobody wants any more to its end.

use std::io;
use std::net::Shutdown;
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;

use mysql::Conn;
use rustix::process::{PidfdFlags, PidfdGetfdFlags, getpid, pidfd_getfd, pidfd_open};

use crate::io::db::watch::Watch;

/// Lets the watch shut the connection. Linux has the means from 5.6 on, where no filter of a container refuses them;
/// elsewhere a connection that was given up stays open until its server ends it, or we end.
pub(super) fn watch(connection: &Conn, watch: &Watch) {
    if let Ok(socket) = hold(connection) {
        // What was shut already needs no shutting.
        watch.cut_by(move || drop(socket.shutdown(Shutdown::Both)));
    }
}

/// Another descriptor of the socket. Shutting is the same for every kind.
fn hold(connection: &Conn) -> io::Result<UnixStream> {
    let ourselves = pidfd_open(getpid(), PidfdFlags::empty())?;
    let socket = pidfd_getfd(&ourselves, connection.as_raw_fd(), PidfdGetfdFlags::empty())?;
    Ok(UnixStream::from(socket))
}
