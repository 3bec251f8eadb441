import ConfigurationFiles
import GridConnection
extension SiteConfiguration { var connection: ConnectionSettings { .unbound } }
