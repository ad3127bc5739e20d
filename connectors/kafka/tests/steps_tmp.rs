#![allow(clippy::unwrap_used, clippy::panic)]
mod common;
use dateline_kafka::KafkaSink;
use dateline_pipeline::sink::Sink;
#[tokio::test(flavor = "multi_thread")]
async fn steps() {
    let b = common::Broker::start(&[]);
    common::create_topic(&b.bootstrap, "t", 1, &[]).await;
    let mut s = common::settings(&b.bootstrap, "t");
    if let Ok(p) = std::env::var("PROPS") {
        for kv in p.split(',') {
            let (k, v) = kv.split_once('=').unwrap();
            s.properties.insert(k.into(), v.into());
        }
    }
    let mut sink = KafkaSink::new("main", &s).unwrap();
    common::open(&mut sink, &common::stored("l", 0)).await;
    let all = common::entries(1, 300);
    for round in 0..3 {
        let t = std::time::Instant::now();
        for e in all[round * 100..][..100].chunks(1) {
            sink.deliver(e).await.unwrap();
        }
        eprintln!("per transaction {:?}", t.elapsed() / 100);
    }
}
