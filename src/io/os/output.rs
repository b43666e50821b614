//! What a program of ours says while it runs, of which the end is kept; and how it is ended with all that it started.

use std::io::{self, Read};
use std::process::{Child, ExitStatus};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal};

/// How much of the end of an output is kept, in bytes.
const MAX_OUTPUT: usize = 4 << 10;

/// Reads an output to its end, so that a chatty program does not wait for us; keeps the end of it.
pub struct OutputReader {
    end: Arc<Mutex<Vec<u8>>>,
    thread: JoinHandle<()>,
}

impl OutputReader {
    /// Of standard output and standard error, where they are pipes of ours.
    pub fn of_child(child: &mut Child) -> Vec<Self> {
        let boxed = |stream| Box::new(stream) as Box<dyn Read + Send>;
        let out = child.stdout.take().map(|stream| Box::new(stream) as _);
        let error = child.stderr.take().map(boxed);
        [out, error].into_iter().flatten().map(Self::of).collect()
    }

    fn of(mut stream: Box<dyn Read + Send>) -> Self {
        let end = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&end);
        let thread = std::thread::spawn(move || {
            let mut buffer = [0; 1 << 14];
            while let Ok(read @ 1..) = stream.read(&mut buffer) {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                kept.extend_from_slice(&buffer[..read]);
                let over = kept.len().saturating_sub(MAX_OUTPUT);
                kept.drain(..over);
            }
        });
        Self { end, thread }
    }

    /// The end as far as it was read: something the program left behind may keep the pipe open for ever.
    fn read_so_far(&self) -> Vec<u8> {
        let mut end = self.end.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut end)
    }
}

/// What a program that has ended said last, waited for so long at most.
pub fn last_words(readers: &[OutputReader], patience: Duration) -> Vec<u8> {
    let deadline = Instant::now() + patience;
    while readers.iter().any(|reader| !reader.thread.is_finished()) && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(10));
    }
    readers.iter().flat_map(OutputReader::read_so_far).collect()
}

/// Waits for a program's end so long at most, and looks for it so often; `None` where it goes on.
///
/// # Errors
/// The system's.
pub fn wait_within(
    child: &mut Child,
    limit: Duration,
    look_up: Duration,
) -> io::Result<Option<ExitStatus>> {
    let began = Instant::now();
    loop {
        match child.try_wait()? {
            Some(status) => return Ok(Some(status)),
            None if began.elapsed() < limit => std::thread::sleep(look_up),
            None => return Ok(None),
        }
    }
}

/// Ends a program that leads a process group, and all of the group.
pub fn end_group(child: &mut Child) {
    let _ = child.kill();
    if let Some(group) = Pid::from_raw(child.id().cast_signed()) {
        // It may have ended by itself.
        let _ = rustix::process::kill_process_group(group, Signal::KILL);
    }
}
