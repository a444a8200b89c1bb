import "influxdata/influxdb/v1"
v1.tagValues(bucket: <<bucket>>, tag: <<tag>>, predicate: (r) => r._measurement == <<measurement>>, start: <<since>>)
