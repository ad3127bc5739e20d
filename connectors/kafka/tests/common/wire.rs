//! Kafka's protocol spoken by hand, for what no client can be made to send.

use std::io::{Read, Write};
use std::net::TcpStream;

use super::PATIENCE;

/// Longest answer that is read: the one expected has less than a hundred bytes.
const MOST: usize = 1 << 16;

/// Commits an offset of partition 0 of `topic` for `group`, with `metadata` as it is
/// (OffsetCommit, version 2).
pub fn commit_offset(bootstrap: &str, group: &str, topic: &str, offset: i64, metadata: &[u8]) {
    let mut request = Vec::new();
    // API key, version, correlation id, client id.
    request.extend([0, 8, 0, 2, 0, 0, 0, 1]);
    string(&mut request, b"test");
    string(&mut request, group.as_bytes());
    // No generation and no member: nobody consumes with this group.
    request.extend((-1_i32).to_be_bytes());
    string(&mut request, b"");
    // The broker's own retention time.
    request.extend((-1_i64).to_be_bytes());
    request.extend(1_i32.to_be_bytes());
    string(&mut request, topic.as_bytes());
    request.extend(1_i32.to_be_bytes());
    request.extend(0_i32.to_be_bytes());
    request.extend(offset.to_be_bytes());
    string(&mut request, metadata);

    let mut stream = TcpStream::connect(bootstrap).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let size = i32::try_from(request.len()).unwrap();
    stream.write_all(&size.to_be_bytes()).unwrap();
    stream.write_all(&request).unwrap();
    let mut size = [0; 4];
    stream.read_exact(&mut size).unwrap();
    let size = usize::try_from(i32::from_be_bytes(size)).unwrap();
    assert!(size <= MOST, "an answer of {size} bytes");
    let mut answer = vec![0; size];
    stream.read_exact(&mut answer).unwrap();
    // The last two bytes are the error code of the one partition.
    assert!(answer.ends_with(&[0, 0]), "{answer:?}");
}

fn string(request: &mut Vec<u8>, bytes: &[u8]) {
    request.extend(i16::try_from(bytes.len()).unwrap().to_be_bytes());
    request.extend(bytes);
}
