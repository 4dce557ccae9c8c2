package awsglue.connectors;

import awsglue.connectors.KinesisScan.KinesisOffset;
import com.amazonaws.auth.AWSCredentialsProvider;
import com.amazonaws.auth.AWSStaticCredentialsProvider;
import com.amazonaws.auth.BasicSessionCredentials;
import com.amazonaws.auth.DefaultAWSCredentialsProviderChain;
import com.amazonaws.client.builder.AwsClientBuilder;
import com.amazonaws.services.kinesis.AmazonKinesis;
import com.amazonaws.services.kinesis.AmazonKinesisClientBuilder;
import com.amazonaws.services.kinesis.model.ExpiredIteratorException;
import com.amazonaws.services.kinesis.model.GetRecordsRequest;
import com.amazonaws.services.kinesis.model.GetRecordsResult;
import com.amazonaws.services.kinesis.model.GetShardIteratorRequest;
import com.amazonaws.services.kinesis.model.ListShardsRequest;
import com.amazonaws.services.kinesis.model.ListShardsResult;
import com.amazonaws.services.kinesis.model.Record;
import com.amazonaws.services.kinesis.model.Shard;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.connector.read.InputPartition;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/**
 * Reads a stream's shards on the driver. A position is TRIM_HORIZON, AT:epoch milliseconds or AFTER:sequence number.
 *
 * <p>Options: streamName, region, endpoint, start (a position), maxFetchTimeInMs, maxFetchRecordsPerShard,
 * maxRecordPerRead, accessKey, secretKey and sessionToken (else the default chain).
 */
public class KinesisReader {
    /** Kinesis allows five reads a second of each shard. */
    private static final long PAUSE_MS = 200;

    private final CaseInsensitiveStringMap options;
    private final String stream;
    private final AmazonKinesis client;
    /** Shard to records that were read and not planned yet, with the positions around them. */
    private final Map buffers = new HashMap();
    /** Shard + position to the iterator that stands there. */
    private final Map iterators = new HashMap();

    public KinesisReader(CaseInsensitiveStringMap options) {
        System.setProperty("com.amazonaws.sdk.disableCbor", "true");
        this.options = options;
        this.stream = options.get("streamName");
        AWSCredentialsProvider login = options.containsKey("accessKey")
            ? (AWSCredentialsProvider) new AWSStaticCredentialsProvider(new BasicSessionCredentials(
                options.get("accessKey"), options.get("secretKey"), options.get("sessionToken")))
            : (AWSCredentialsProvider) new DefaultAWSCredentialsProviderChain();
        AmazonKinesisClientBuilder builder = AmazonKinesisClientBuilder.standard();
        builder.setCredentials(login);
        if (options.containsKey("endpoint")) {
            builder.setEndpointConfiguration(
                new AwsClientBuilder.EndpointConfiguration(options.get("endpoint"), options.get("region")));
        } else {
            builder.setRegion(options.get("region"));
        }
        this.client = (AmazonKinesis) builder.build();
    }

    public KinesisOffset initial() {
        TreeMap positions = new TreeMap();
        for (Iterator i = shards().iterator(); i.hasNext();) {
            positions.put(((Shard) i.next()).getShardId(), options.get("start"));
        }
        return new KinesisOffset(positions);
    }

    /** Reads on from an offset, keeps what it finds, and says where it came to. */
    public KinesisOffset advance(KinesisOffset start, boolean toTheEnd) {
        TreeMap end = new TreeMap(start.positions);
        for (Iterator i = shards().iterator(); i.hasNext();) {
            Shard shard = (Shard) i.next();
            if (!end.containsKey(shard.getShardId())) {
                end.put(shard.getShardId(), "TRIM_HORIZON");
            }
        }
        long until = System.currentTimeMillis() + options.getLong("maxFetchTimeInMs", 1000L);
        long most = options.getLong("maxFetchRecordsPerShard", 100000L);
        boolean found = false;
        for (Iterator i = new ArrayList(end.keySet()).iterator(); i.hasNext();) {
            String shard = (String) i.next();
            String from = (String) end.get(shard);
            List records = fetch(shard, from, null, toTheEnd ? Long.MAX_VALUE : until, toTheEnd ? Long.MAX_VALUE : most);
            if (!records.isEmpty()) {
                String to = after(records);
                end.put(shard, to);
                buffers.put(shard + from + to, records);
                found = true;
            }
        }
        if (!found && !toTheEnd) {
            sleep(PAUSE_MS);
        }
        return new KinesisOffset(end);
    }

    /** The records between two offsets, a partition per shard: as they were read, or read again after a restart. */
    public InputPartition[] plan(KinesisOffset start, KinesisOffset end) {
        List found = new ArrayList();
        for (Iterator i = end.positions.keySet().iterator(); i.hasNext();) {
            String shard = (String) i.next();
            String to = (String) end.positions.get(shard);
            String from = start.positions.containsKey(shard) ? (String) start.positions.get(shard) : "TRIM_HORIZON";
            if (!to.equals(from)) {
                List kept = (List) buffers.get(shard + from + to);
                found.add(new KinesisRows(stream, kept != null ? kept : fetch(shard, from, to, Long.MAX_VALUE, Long.MAX_VALUE)));
            }
        }
        InputPartition[] partitions = new InputPartition[found.size()];
        for (int i = 0; i < partitions.length; i++) {
            partitions[i] = (InputPartition) found.get(i);
        }
        return partitions;
    }

    public void forget() {
        buffers.clear();
    }

    public void close() {
        client.shutdown();
    }

    private List fetch(String shard, String from, String to, long until, long most) {
        List found = new ArrayList();
        String kept = (String) iterators.remove(shard + from);
        String iterator = kept != null ? kept : iterator(shard, from);
        String at = from;
        while (iterator != null) {
            GetRecordsResult result;
            try {
                result = client.getRecords(new GetRecordsRequest()
                    .withShardIterator(iterator)
                    .withLimit(Integer.valueOf(options.getInt("maxRecordPerRead", 10000))));
            } catch (ExpiredIteratorException expired) {
                iterator = iterator(shard, at);
                continue;
            }
            for (Iterator i = result.getRecords().iterator(); i.hasNext();) {
                found.add(i.next());
                if (to != null && to.equals(after(found))) {
                    return found;
                }
            }
            iterator = result.getNextShardIterator();
            at = found.isEmpty() ? from : after(found);
            boolean behind = result.getMillisBehindLatest() != null && result.getMillisBehindLatest().longValue() > 0;
            boolean idle = result.getRecords().isEmpty() && !behind;
            if (to != null && idle) {
                throw new IllegalStateException(
                    "Records of " + stream + " " + shard + " up to " + to + " are no longer in the stream.");
            }
            if (idle || found.size() >= most || System.currentTimeMillis() >= until) {
                break;
            }
        }
        if (iterator != null) {
            iterators.put(shard + at, iterator);
        }
        return found;
    }

    private String iterator(String shard, String position) {
        GetShardIteratorRequest request = new GetShardIteratorRequest().withStreamName(stream).withShardId(shard);
        if (position.startsWith("AFTER:")) {
            request.withShardIteratorType("AFTER_SEQUENCE_NUMBER").withStartingSequenceNumber(position.substring(6));
        } else if (position.startsWith("AT:")) {
            request.withShardIteratorType("AT_TIMESTAMP").withTimestamp(new Date(Long.parseLong(position.substring(3))));
        } else {
            request.withShardIteratorType(position);
        }
        return client.getShardIterator(request).getShardIterator();
    }

    private List shards() {
        List found = new ArrayList();
        String token = null;
        do {
            ListShardsRequest request = new ListShardsRequest();
            if (token == null) {
                request.setStreamName(stream);
            } else {
                request.setNextToken(token);
            }
            ListShardsResult result = client.listShards(request);
            found.addAll(result.getShards());
            token = result.getNextToken();
        } while (token != null);
        return found;
    }

    private static String after(List records) {
        return "AFTER:" + ((Record) records.get(records.size() - 1)).getSequenceNumber();
    }

    private static void sleep(long milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    public static String toJson(Map positions) {
        try {
            return new ObjectMapper().writeValueAsString(positions);
        } catch (java.io.IOException error) {
            throw new IllegalStateException(error);
        }
    }

    public static Map fromJson(String json) {
        try {
            return (Map) new ObjectMapper().readValue(json, TreeMap.class);
        } catch (java.io.IOException error) {
            throw new IllegalStateException(error);
        }
    }
}
