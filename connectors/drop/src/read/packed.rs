//! Files packed by gzip (RFC 1952) or zstd (RFC 8878), unpacked as they are read.

use std::io::{self, BufRead, BufReader, Cursor, Read};

use dateline_pipeline::fault::Fault;
use flate2::bufread::GzDecoder;

/// Bytes of a file that are on their way.
pub(super) type Stream = Box<dyn BufRead + Send>;

/// Bytes unpacked at a time.
const CHUNK: usize = 64 << 10;

const GZIP: &[u8] = b"\x1f\x8b";
const ZSTD: &[u8] = b"\x28\xb5\x2f\xfd";
/// How every member of a gzip file begins: deflate is the only method there is.
const MEMBER: &[u8] = b"\x1f\x8b\x08";

/// Whether bytes begin as a packed file does.
pub(crate) fn is_packed(head: &[u8]) -> bool {
    head.starts_with(GZIP) || head.starts_with(ZSTD)
}

/// What is in a packed stream that begins with `head`, of which `most` bytes are given.
pub(super) fn unpacked(head: &[u8], stream: Stream, most: u64) -> io::Result<Stream> {
    let unpacking: Box<dyn Read + Send> = if head.starts_with(GZIP) {
        Box::new(Unpacking {
            name: "gzip",
            decoder: Members::new(stream),
        })
    } else {
        Box::new(Unpacking {
            name: "zstd",
            decoder: zstd::stream::read::Decoder::with_buffer(stream)?,
        })
    };
    let limited = Limited {
        inner: unpacking,
        left: most,
        most,
    };
    Ok(Box::new(BufReader::with_capacity(CHUNK, limited)))
}

/// The first bytes of a stream, `most` at most, and the stream with them.
pub(super) fn peek(mut stream: Stream, most: usize) -> (Vec<u8>, Stream) {
    let mut head = Vec::new();
    // Whoever reads on meets the error again, or what is behind the damage.
    let error = stream.by_ref().take(most as u64).read_to_end(&mut head);
    let begun = Cursor::new(head.clone());
    match error {
        Ok(_) => (head, Box::new(begun.chain(stream))),
        Err(error) => {
            let broken = Broken(Some(error));
            (
                head,
                Box::new(begun.chain(BufReader::new(broken)).chain(stream)),
            )
        }
    }
}

/// A place in a stream where reading it failed.
struct Broken(Option<io::Error>);

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

/// The fault that an error of reading is, for people.
pub(super) fn fault(error: &io::Error) -> Fault {
    let known = error.get_ref().and_then(|inner| inner.downcast_ref());
    known.cloned().unwrap_or_else(|| {
        let reason = format!("the file cannot be read: {error}");
        Fault::transient("unreadable", reason)
    })
}

/// Whether an error comes from further down: from the operating system, or with a fault that says all.
pub(super) fn is_ours(error: &io::Error) -> bool {
    let said = error.get_ref().is_some_and(|inner| inner.is::<Fault>());
    said || error.raw_os_error().is_some()
}

/// Whether nothing can be read behind an error.
pub(super) fn is_final(error: &io::Error) -> bool {
    fault(error).kind != "packed"
}

/// A decoder whose errors say what is wrong with the file.
struct Unpacking<D> {
    name: &'static str,
    decoder: D,
}

impl<D: Read> Read for Unpacking<D> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.decoder.read(buffer).map_err(|error| {
            if is_ours(&error) {
                return error;
            }
            let reason = format!(
                "the file is {} and does not unpack: {error}; send it again",
                self.name
            );
            io::Error::other(Fault::poison("packed", reason))
        })
    }
}

/// Bytes up to a limit.
struct Limited<R> {
    inner: R,
    left: u64,
    most: u64,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            // The file may end just here.
            let read = self.inner.read(&mut [0])?;
            return if read == 0 {
                Ok(0)
            } else {
                Err(too_large(self.most))
            };
        }
        let wanted = usize::try_from(self.left)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        let read = self
            .inner
            .read(buffer.get_mut(..wanted).unwrap_or_default())?;
        self.left -= read as u64;
        Ok(read)
    }
}

fn too_large(most: u64) -> io::Error {
    let reason = format!(
        "the file has more than {most} bytes when it is unpacked; split it, or raise max_archive of this folder"
    );
    io::Error::other(Fault::poison("too_large", reason))
}

/// The members of a gzip file, one after the other: archives of the web have one for each record. A damaged one is an error, and reading goes on
/// with the next.
struct Members {
    state: Member,
}

enum Member {
    /// Within one.
    Open(Box<GzDecoder<Stream>>),
    /// Between two, of which the first was whole.
    Between(Stream),
    /// Behind a damaged one.
    Lost(Stream),
    End,
}

impl Members {
    fn new(stream: Stream) -> Members {
        Members {
            state: Member::Between(stream),
        }
    }
}

impl Read for Members {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            match std::mem::replace(&mut self.state, Member::End) {
                Member::End => return Ok(0),
                Member::Between(mut stream) => {
                    if stream.fill_buf()?.is_empty() {
                        return Ok(0);
                    }
                    self.state = Member::Open(Box::new(GzDecoder::new(stream)));
                }
                Member::Lost(stream) => match next_member(stream)? {
                    Some(stream) => self.state = Member::Open(Box::new(GzDecoder::new(stream))),
                    None => return Ok(0),
                },
                Member::Open(mut decoder) => match decoder.read(buffer) {
                    Ok(0) => self.state = Member::Between(decoder.into_inner()),
                    Ok(read) => {
                        self.state = Member::Open(decoder);
                        return Ok(read);
                    }
                    Err(error) => {
                        self.state = Member::Lost(decoder.into_inner());
                        return Err(error);
                    }
                },
            }
        }
    }
}

/// The stream from where the next member seems to begin.
fn next_member(mut stream: Stream) -> io::Result<Option<Stream>> {
    loop {
        let buffered = stream.fill_buf()?;
        if buffered.is_empty() {
            return Ok(None);
        }
        // One that begins in one buffer and ends in the next is missed: the one behind it is found.
        let found = buffered
            .windows(MEMBER.len())
            .position(|bytes| bytes == MEMBER);
        let passed = found.unwrap_or(buffered.len());
        stream.consume(passed);
        if found.is_some() {
            return Ok(Some(stream));
        }
    }
}
