import "influxdata/influxdb/v1"
v1.tagKeys(bucket: <<bucket>>, predicate: (r) => r._measurement == <<measurement>>, start: <<since>>)
