import java.util.concurrent.Future;
import java.sql.Connection;
import javax.swing.JFrame;
import javax.net.ssl.SSLContext;
import org.w3c.dom.Document;
import org.xml.sax.SAXException;
import com.novunak.sikanak.X;
